using Brownian.Networks.Blocks;
using static TorchSharp.torch;

namespace Brownian.Networks.Conditional;

/// <summary>
/// Attention of pixels to the condition's tokens and each other at once: keys and values of the tokens stand before those of the pixels
/// (GLIDE, Nichol et al. 2021, app. A; unCLIP).
/// </summary>
internal sealed class AddedAttention : nn.Module, IMixer
{
    private readonly AddedAttentionOptions options;
    private readonly ComputeSettings compute;
    private readonly GroupNormalization norm;
    private readonly ContextNorm? tokenNorm;
    private readonly Dense query;
    private readonly Dense? key;
    private readonly Dense? value;
    private readonly Dense tokenKey;
    private readonly Dense tokenValue;
    private readonly Dense output;

    /// <exception cref="ArgumentException">A head has more channels than the image.</exception>
    public AddedAttention(AddedAttentionOptions options, ComputeSettings compute)
        : base(nameof(AddedAttention))
    {
        this.options = options;
        this.compute = compute;
        var (channels, inner) = (options.Channels, options.Heads * options.HeadChannels);
        if (inner < 1)
        {
            throw new ArgumentException(
                $"attention_head_dim: in SimpleCrossAttn blocks it is the channels of a head; expected from 1 to the level's {channels}; got {options.HeadChannels}.");
        }

        register_module("group_norm", norm = new(options.Groups, channels, 1e-5, compute));
        register_module("to_q", query = new(channels, inner, compute, packs: true));
        if (!options.OnlyCross)
        {
            register_module("to_k", key = new(channels, inner, compute, packs: true));
            register_module("to_v", value = new(channels, inner, compute, packs: true));
        }

        register_module("add_k_proj", tokenKey = new(options.ContextChannels, inner, compute, packs: true));
        register_module("add_v_proj", tokenValue = new(options.ContextChannels, inner, compute, packs: true));
        output = new(inner, channels, compute, startsAtZero: true, packs: true);
        register_module("to_out", nn.ModuleList<nn.Module<Tensor, Tensor>>(output));
        tokenNorm = ContextNorm.Create(options.ContextNorm, channels, options.ContextChannels, compute);
        if (tokenNorm is not null)
        {
            register_module("norm_cross", tokenNorm.Module);
        }
    }

    public Tensor Mix(Tensor x, Told told)
    {
        using var scope = NewDisposeScope();
        var tokens = ConditionPart.Needed(told.Tokens, nameof(Condition.Tokens), $"tokens, [N, L, {options.ContextChannels}]");
        tokens = tokenNorm?.Apply(tokens) ?? tokens;
        var pixels = Sequence.Of(norm.call(x));
        var (k, v, bias) = (tokenKey.call(tokens), tokenValue.call(tokens), told.TokenBias);
        if (key is not null && value is not null)
        {
            k = cat([k, key.call(pixels)], 1);
            v = cat([v, value.call(pixels)], 1);
            bias = bias is null ? null : nn.functional.pad(bias, [0, pixels.size(1)]);
        }

        var mixed = MultiHead.Attend(query.call(pixels), k, v, options.Heads, compute, bias);
        return Sequence.Image(output.call(mixed), x.size(2), x.size(3)).add_(x).MoveToOuterDisposeScope();
    }

    /// <summary>Names are given explicitly; TorchSharp would add every field again under the field's name.</summary>
    protected override void RegisterComponents()
    {
    }
}
