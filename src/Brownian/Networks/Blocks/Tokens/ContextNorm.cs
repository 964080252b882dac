using static TorchSharp.torch;

namespace Brownian.Networks.Blocks;

/// <summary>The norm of the tokens of a condition before they are attended to: of each token, or in groups of its channels over all tokens.</summary>
internal sealed class ContextNorm
{
    private const int Groups = 32;

    private readonly LayerNormalization? ofTokens;
    private readonly GroupNormalization? inGroups;

    private ContextNorm(LayerNormalization? ofTokens, GroupNormalization? inGroups) => (this.ofTokens, this.inGroups) = (ofTokens, inGroups);

    /// <summary>What holds the parameters.</summary>
    public nn.Module Module => (nn.Module?)ofTokens ?? inGroups!;

    /// <summary>The norm that configurations call <paramref name="name"/>; null for none.</summary>
    /// <exception cref="ArgumentException">The name is unknown.</exception>
    public static ContextNorm? Create(string? name, long tokenChannels, long groupChannels, ComputeSettings compute) => name switch
    {
        null => null,
        "layer_norm" => new(new LayerNormalization(tokenChannels), null),
        "group_norm" => new(null, new GroupNormalization(Groups, groupChannels, 1e-5, compute)),
        _ => throw new ArgumentException($"cross_attention_norm: expected layer_norm, group_norm or null; got \"{name}\"."),
    };

    /// <summary>[N, L, C] → [N, L, C].</summary>
    public Tensor Apply(Tensor tokens) =>
        ofTokens is not null ? ofTokens.call(tokens) : inGroups!.call(tokens.transpose(1, 2).unsqueeze(-1)).squeeze(-1).transpose(1, 2);
}
