using static TorchSharp.torch;

namespace Brownian.Networks.Blocks;

/// <summary>The two layers between raw time features and the embedding that blocks see: [N, C] → [N, E].</summary>
public sealed class EmbeddingMlp : nn.Module<Tensor, Tensor>
{
    private readonly Dense first;
    private readonly Dense second;
    private readonly Dense? guidance;
    private readonly Activation activation;
    private readonly Activation last;

    /// <summary>Linear, activation, linear, and an activation if one is wanted.</summary>
    /// <param name="inChannels">C.</param>
    /// <param name="width">Between the layers.</param>
    /// <param name="compute">Shared by the network.</param>
    /// <param name="activation">Between the layers.</param>
    /// <param name="outChannels">E; <paramref name="width"/> when not given.</param>
    /// <param name="last">After them.</param>
    /// <param name="guidanceChannels">Width of the embedding of a guidance scale that may be added; null for none.</param>
    public EmbeddingMlp(
        long inChannels, long width, ComputeSettings compute, Activation activation = Activation.Silu, long? outChannels = null,
        Activation last = Activation.None, long? guidanceChannels = null)
        : base(nameof(EmbeddingMlp))
    {
        (this.activation, this.last) = (activation, last);
        register_module("linear_1", first = new(inChannels, width, compute, exact: true));
        if (guidanceChannels is { } channels)
        {
            register_module("cond_proj", guidance = new(channels, inChannels, compute, exact: true, hasBias: false));
        }

        register_module("linear_2", second = new(width, outChannels ?? width, compute, exact: true));
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor x) => Guided(x, null);

    /// <summary>The embedding of [N, C] features and a guidance scale's embedding, [N, D], if there is one.</summary>
    /// <exception cref="ArgumentException">The network takes no guidance scale.</exception>
    internal Tensor Guided(Tensor x, Tensor? scale)
    {
        using var scope = NewDisposeScope();
        var h = scale is null ? x : x + Projected(scale.to(x.dtype));
        return last.Apply(second.call(activation.Apply(first.call(h)))).MoveToOuterDisposeScope();
    }

    /// <summary>Names are given explicitly; TorchSharp would add every field again under the field's name.</summary>
    protected override void RegisterComponents()
    {
    }

    private Tensor Projected(Tensor scale) => guidance?.call(scale) ?? throw new ArgumentException(
        "condition: the embedding of a guidance scale came, and the network takes none. Leave Condition.GuidanceEmbedding null.", nameof(scale));
}
