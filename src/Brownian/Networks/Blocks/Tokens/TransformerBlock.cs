using static TorchSharp.torch;

namespace Brownian.Networks.Blocks;

/// <summary>
/// Self-attention, attention to a condition if there is one, and feed-forward layers, each after a norm and with a shortcut (Vaswani et al. 2017, norms
/// first; Rombach et al. 2022).
/// </summary>
internal sealed class TransformerBlock : nn.Module
{
    private readonly TransformerBlockOptions options;
    private readonly LayerNormalization norm1;
    private readonly TokenAttention attention;
    private readonly LayerNormalization? norm2;
    private readonly TokenAttention? crossAttention;
    private readonly LayerNormalization norm3;
    private readonly FeedForward feedForward;

    public TransformerBlock(TransformerBlockOptions options, ComputeSettings compute)
        : base(nameof(TransformerBlock))
    {
        this.options = options;
        register_module(nameof(norm1), norm1 = new(options.Channels));
        register_module("attn1", attention = new(Attention(options.OnlyCross ? options.ContextChannels : null), compute));
        if (options.ContextChannels is not null)
        {
            register_module(nameof(norm2), norm2 = new(options.Channels));
            register_module("attn2", crossAttention = new(Attention(options.ContextChannels), compute));
        }

        register_module(nameof(norm3), norm3 = new(options.Channels));
        register_module("ff", feedForward = new(options.Channels, 4 * options.Channels, options.Activation, compute));
    }

    /// <summary>[N, T, C] → [N, T, C].</summary>
    /// <param name="tokens">[N, T, C].</param>
    /// <param name="bias">Added to the scores among them, [N or 1, 1, T or 1, T]; null for none.</param>
    /// <param name="context">The condition's tokens, [N, L, C'].</param>
    /// <param name="contextBias">Added to the scores against them, [N, 1, 1, L]; null for none.</param>
    public Tensor Forward(Tensor tokens, Tensor? bias = null, Tensor? context = null, Tensor? contextBias = null)
    {
        using var scope = NewDisposeScope();
        var h = options.OnlyCross
            ? tokens + attention.call(norm1.call(tokens), context, contextBias)
            : tokens + attention.call(norm1.call(tokens), null, bias);
        h = crossAttention is null ? h : h + crossAttention.call(norm2!.call(h), context, contextBias);
        return (h + feedForward.call(norm3.call(h))).MoveToOuterDisposeScope();
    }

    /// <summary>Names are given explicitly; TorchSharp would add every field again under the field's name.</summary>
    protected override void RegisterComponents()
    {
    }

    private TokenAttentionOptions Attention(long? context) => new()
    {
        Channels = options.Channels,
        Heads = options.Heads,
        HeadChannels = options.HeadChannels,
        ContextChannels = context,
        HasBias = options.HasBias,
        Upcast = options.Upcast,
    };
}
