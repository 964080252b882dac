using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Brownian.Networks.Blocks;

/// <summary>One learned vector for each index: [N] → [N, C].</summary>
public sealed class Lookup : nn.Module<Tensor, Tensor>, IInitialized
{
    private readonly Parameter weight;

    /// <summary>A table of <paramref name="count"/> vectors.</summary>
    public Lookup(long count, long channels)
        : base(nameof(Lookup))
    {
        weight = new Parameter(WeightsToCome.Room(mayBeHalf: false, count, channels));
        register_parameter(nameof(weight), weight);
    }

    /// <summary>How many vectors there are.</summary>
    public long Count => weight.size(0);

    /// <summary>How many numbers each has.</summary>
    internal long Width => weight.size(1);

    /// <summary>The vectors, [Count, Width].</summary>
    internal Parameter Weight => weight;

    /// <inheritdoc/>
    public override Tensor forward(Tensor index) => weight.index_select(0, index.to(ScalarType.Int64));

    /// <summary>Names are given explicitly; TorchSharp would add every field again under the field's name.</summary>
    protected override void RegisterComponents()
    {
    }

    // N(0, 1), PyTorch's default for embeddings.
    void IInitialized.Initialize(RandomStream noise)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        weight.copy_(noise.NormalLike(weight));
    }
}
