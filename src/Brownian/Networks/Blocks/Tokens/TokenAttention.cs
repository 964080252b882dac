using static TorchSharp.torch;

namespace Brownian.Networks.Blocks;

/// <summary>
/// Attention from tokens to tokens, their own or others (Vaswani et al. 2017), without a norm or a shortcut of its own.
/// </summary>
internal sealed class TokenAttention : nn.Module<Tensor, Tensor?, Tensor?, Tensor>
{
    private readonly TokenAttentionOptions options;
    private readonly ComputeSettings compute;
    private readonly Dense query;
    private readonly Dense key;
    private readonly Dense value;
    private readonly Dense output;
    private readonly ContextNorm? contextNorm;

    public TokenAttention(TokenAttentionOptions options, ComputeSettings compute)
        : base(nameof(TokenAttention))
    {
        this.options = options;
        this.compute = compute;
        var (channels, inner, context) = (options.Channels, options.Heads * options.HeadChannels, options.ContextChannels ?? options.Channels);
        register_module("to_q", query = new(channels, inner, compute, hasBias: options.HasBias, packs: true));
        register_module("to_k", key = new(context, inner, compute, hasBias: options.HasBias, packs: true));
        register_module("to_v", value = new(context, inner, compute, hasBias: options.HasBias, packs: true));
        register_module("to_out", nn.ModuleList<nn.Module<Tensor, Tensor>>(output = new(inner, channels, compute, packs: true)));
        contextNorm = ContextNorm.Create(options.ContextNorm, context, context, compute);
        if (contextNorm is not null)
        {
            register_module("norm_cross", contextNorm.Module);
        }
    }

    /// <summary>[N, T, C] → [N, T, C].</summary>
    /// <param name="tokens">[N, T, C].</param>
    /// <param name="context">The tokens that are asked, [N, L, C']; null for the same.</param>
    /// <param name="bias">Added to the scores, [N, 1, T or 1, L]; null for none.</param>
    public override Tensor forward(Tensor tokens, Tensor? context, Tensor? bias)
    {
        using var scope = NewDisposeScope();
        var asked = context is null ? tokens : contextNorm?.Apply(context) ?? context;
        var mixed = MultiHead.Attend(query.call(tokens), key.call(asked), value.call(asked), options.Heads, compute, bias, options.Upcast);
        return output.call(mixed).MoveToOuterDisposeScope();
    }

    /// <summary>Names are given explicitly; TorchSharp would add every field again under the field's name.</summary>
    protected override void RegisterComponents()
    {
    }
}
