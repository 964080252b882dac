using Brownian.Networks.Blocks;
using static TorchSharp.torch;

namespace Brownian.Networks.DiT;

/// <summary>
/// Self-attention and feed-forward layers between which the condition scales, shifts and gates ("adaLN-Zero", Peebles and Xie 2023, fig. 3): with
/// gates of zero, as training starts, the block is the identity.
/// </summary>
internal sealed class DiTBlock : nn.Module
{
    /// <summary>ε of the norms that the condition follows.</summary>
    public const double Epsilon = 1e-6;

    private readonly LayerNormalization norm1;
    private readonly Dense modulation;
    private readonly TokenAttention attention;
    private readonly LayerNormalization norm3;
    private readonly FeedForward feedForward;

    public DiTBlock(DiTConfig config, DiTEmbedding? embedding, ComputeSettings compute)
        : base(nameof(DiTBlock))
    {
        var width = config.Width;
        norm1 = new(width, Epsilon, affine: false);
        modulation = new(width, 6 * width, compute, exact: true, startsAtZero: true);
        Embedding = embedding;
        register_module("norm1", embedding is null
            ? new Parts(("linear", modulation), ("norm", norm1))
            : new Parts(("emb", embedding), ("linear", modulation), ("norm", norm1)));
        register_module("attn1", attention = new(
            new()
            {
                Channels = width,
                Heads = config.NumAttentionHeads,
                HeadChannels = config.AttentionHeadDim,
                HasBias = config.AttentionBias,
                Upcast = config.UpcastAttention,
            },
            compute));
        register_module("norm3", norm3 = new(width, config.NormEps, config.NormElementwiseAffine));
        register_module("ff", feedForward = new(width, (long)(width * (config.MlpRatio ?? 4)), config.ActivationFn, compute));
    }

    /// <summary>The block's own embedding of time and class; null where all share one.</summary>
    public DiTEmbedding? Embedding { get; }

    /// <summary>[N, T, C] → [N, T, C].</summary>
    /// <param name="tokens">[N, T, C].</param>
    /// <param name="told">The embedding of time and class, [N, C].</param>
    public Tensor Forward(Tensor tokens, Tensor told)
    {
        using var scope = NewDisposeScope();
        var parts = modulation.call(nn.functional.silu(told)).to(tokens.dtype).unsqueeze(1).chunk(6, 2); // [N, 1, C] each
        var h = tokens + parts[2] * attention.call(Modulated(norm1.call(tokens), parts[0], parts[1]), null, null);
        return (h + parts[5] * feedForward.call(Modulated(norm3.call(h), parts[3], parts[4]))).MoveToOuterDisposeScope();
    }

    /// <summary>x·(1 + scale) + shift.</summary>
    public static Tensor Modulated(Tensor x, Tensor shift, Tensor scale)
    {
        using var scope = NewDisposeScope();
        return (x * (1 + scale) + shift).MoveToOuterDisposeScope();
    }

    /// <summary>Names are given explicitly; TorchSharp would add every field again under the field's name.</summary>
    protected override void RegisterComponents()
    {
    }
}
