using Brownian.Runtime.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Networks.Blocks;

/// <summary>Dropout from a stream that the caller names, so that a resumed run drops what the uninterrupted one would have.</summary>
internal static class Dropout
{
    /// <summary>Zeroes each element of <paramref name="x"/>, any shape, with this probability and scales the rest to keep the mean.</summary>
    /// <exception cref="InvalidOperationException">There is no stream.</exception>
    public static Tensor Apply(Tensor x, double probability, RandomStream? noise)
    {
        if (noise is null)
        {
            throw new InvalidOperationException(
                "dropout: the network is in training mode and has no random stream. Set Network.DropoutNoise before each step, or call eval().");
        }

        var key = noise.NextBits();
        return DropoutKernel.Takes(x) ? DropoutFunction.Of(x, probability, key) : Composed(x, probability, key);
    }

    private static Tensor Composed(Tensor x, double probability, ulong key)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(key, x.device);
        var kept = rand(x.shape, dtype: ScalarType.Float32, device: x.device, generator: generator).ge(probability);
        return (x * kept.to(x.dtype).mul_(1 / (1 - probability))).MoveToOuterDisposeScope();
    }
}
