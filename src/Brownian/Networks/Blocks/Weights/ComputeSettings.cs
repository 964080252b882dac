using static TorchSharp.torch;

namespace Brownian.Networks.Blocks;

/// <summary>How the layers of one network compute; all its layers share one instance, so that a switch reaches every layer.</summary>
public sealed class ComputeSettings
{
    /// <summary>Float32 (the type of the parameters) or BFloat16 for convolutions and matrix products.</summary>
    public ScalarType Type { get; set; } = ScalarType.Float32;

    /// <summary>Where dropout takes its randomness from; needed only while training with dropout.</summary>
    public RandomStream? Noise { get; set; }

    /// <summary>Whether activations are kept channels-last in memory, which convolutions and the fused norm are faster with.</summary>
    public bool ChannelsLast { get; set; } = true;

    /// <summary>Whether inference keeps the weights of convolutions in oneDNN's own layout.</summary>
    public bool PacksWeights { get; set; } = true;

    /// <summary>Whether hand-written kernels may replace chains of libtorch operators where they apply.</summary>
    public bool FusedKernels { get; set; } = true;

    /// <summary>Multiplications and additions of convolutions, matrix products and attention so far; null unless someone counts.</summary>
    internal double? CountedFlops { get; set; }

    /// <summary>Counts, if someone counts.</summary>
    internal void Count(double flops) => CountedFlops += flops;

    /// <summary>The type in which a layer with parameters of type <paramref name="parameters"/> computes.</summary>
    /// <remarks>Weights may be kept in half precision, as their file has them; nothing is computed in it for that.</remarks>
    public ScalarType For(ScalarType parameters) =>
        parameters is ScalarType.Float32 or ScalarType.Float16 or ScalarType.BFloat16 ? Type : parameters;
}
