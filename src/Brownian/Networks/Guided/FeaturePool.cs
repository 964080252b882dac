using Brownian.Networks.Blocks;
using static TorchSharp.torch;

namespace Brownian.Networks.Guided;

/// <summary>The means of all feature maps through a hidden layer: with ReLU ("spatial"), or with a norm and SiLU ("spatial_v2").</summary>
internal sealed class FeaturePool : PoolHead
{
    private const int Width = 2048;

    private readonly Dense hidden;
    private readonly GroupNormalization? norm;
    private readonly Dense projection;

    public FeaturePool(long features, long outputs, bool normalizes, ComputeSettings compute)
        : base(nameof(FeaturePool))
    {
        register_module(nameof(hidden), hidden = new(features, Width, compute, exact: true));
        if (normalizes)
        {
            register_module(nameof(norm), norm = new(32, Width, 1e-5, compute));
        }

        register_module(nameof(projection), projection = new(Width, outputs, compute, exact: true));
    }

    public override Tensor Forward(IReadOnlyList<Tensor> maps)
    {
        var means = cat([.. maps.Select(map => map.to(hidden.Weight.dtype).mean([2, 3]))], 1); // [N, ΣC]
        var h = hidden.call(means);
        return projection.call(norm is null ? nn.functional.relu(h) : norm.Apply(h, Activation.Silu));
    }
}
