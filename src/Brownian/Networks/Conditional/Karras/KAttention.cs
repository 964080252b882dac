using Brownian.Networks.Blocks;
using static TorchSharp.torch;

namespace Brownian.Networks.Conditional;

/// <summary>Attention of pixels to each other, if wanted, and to the condition's tokens, each after a norm that the time embedding sets.</summary>
internal sealed class KAttention : nn.Module, IMixer
{
    private const double Epsilon = 1e-5;

    private readonly AdaptiveNorm? norm1;
    private readonly TokenAttention? attention;
    private readonly AdaptiveNorm norm2;
    private readonly TokenAttention crossAttention;

    public KAttention(long channels, KAttentionOptions options, ComputeSettings compute)
        : base(nameof(KAttention))
    {
        var groups = Math.Max(1, channels / KResBlock.GroupSize);
        var shape = new TokenAttentionOptions
        {
            Channels = channels,
            Heads = channels / options.HeadChannels,
            HeadChannels = options.HeadChannels,
            HasBias = true,
        };
        if (options.AttendsToItself)
        {
            register_module(nameof(norm1), norm1 = new(options.EmbeddingChannels, channels, groups, Epsilon, compute));
            register_module("attn1", attention = new(shape, compute));
        }

        register_module(nameof(norm2), norm2 = new(options.EmbeddingChannels, channels, groups, Epsilon, compute));
        register_module("attn2", crossAttention = new(shape with { ContextChannels = options.ContextChannels, ContextNorm = "layer_norm" }, compute));
    }

    public Tensor Mix(Tensor x, Told told)
    {
        using var scope = NewDisposeScope();
        var tokens = ConditionPart.Needed(told.Tokens, nameof(Condition.Tokens), "tokens, [N, L, D]");
        var (height, width) = (x.size(2), x.size(3));
        var h = x;
        if (attention is not null && norm1 is not null)
        {
            h = h + Sequence.Image(attention.call(Sequence.Of(norm1.call(h, told.Raw)), null, null), height, width);
        }

        var mixed = crossAttention.call(Sequence.Of(norm2.call(h, told.Raw)), tokens, told.TokenBias);
        return (h + Sequence.Image(mixed, height, width)).MoveToOuterDisposeScope();
    }

    /// <summary>Names are given explicitly; TorchSharp would add every field again under the field's name.</summary>
    protected override void RegisterComponents()
    {
    }
}
