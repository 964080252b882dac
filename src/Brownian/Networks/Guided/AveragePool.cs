using Brownian.Networks.Blocks;
using static TorchSharp.torch;

namespace Brownian.Networks.Guided;

/// <summary>Norm, SiLU, mean over pixels, linear ("adaptive").</summary>
internal sealed class AveragePool : PoolHead
{
    private readonly GroupNormalization norm;
    private readonly Dense projection;

    public AveragePool(long channels, long outputs, ComputeSettings compute)
        : base(nameof(AveragePool))
    {
        register_module(nameof(norm), norm = new(32, channels, 1e-5, compute));
        register_module(nameof(projection), projection = new(channels, outputs, compute, exact: true, startsAtZero: true));
    }

    public override Tensor Forward(IReadOnlyList<Tensor> maps) => projection.call(norm.Apply(maps[^1], Activation.Silu).mean([2, 3]));
}
