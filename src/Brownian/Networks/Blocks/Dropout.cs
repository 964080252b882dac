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
        var kept = x.device_type == DeviceType.CUDA ? KeptOnGpu(x, probability, key) : Kept(x, probability, key);
        return (x * kept.mul_(1 / (1 - probability))).MoveToOuterDisposeScope();
    }

    private static Tensor Kept(Tensor x, double probability, ulong key)
    {
        using var generator = new Generator(key, CPU);
        return rand(x.shape, dtype: ScalarType.Float32, generator: generator).ge(probability).to(x.dtype);
    }

    // TorchSharp has no generators of a GPU, and a CPU's ends the process there. The GPU's own stream is started at the key instead;
    // nothing else draws from it, so that its state carries nothing from one call to the next.
    private static Tensor KeptOnGpu(Tensor x, double probability, ulong key)
    {
        cuda.manual_seed_all((long)(key >> 1));
        return empty_like(x).bernoulli_(1 - probability);
    }
}
