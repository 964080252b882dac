using TorchSharp;
using static TorchSharp.torch;

namespace Brownian;

/// <summary>One random stream for a whole batch: PyTorch's CPU stream for this seed, whatever the device.</summary>
/// <param name="seed">The stream's seed.</param>
public sealed class SeededNoise(ulong seed) : INoise, IDisposable
{
    private readonly Generator generator = new(seed, CPU);

    /// <inheritdoc/>
    public Tensor NormalLike(Tensor like)
    {
        var noise = randn(like.shape, dtype: like.dtype, generator: generator);
        if (like.device_type == DeviceType.CPU)
        {
            return noise;
        }

        using (noise)
        {
            return noise.to(like.device);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => generator.Dispose();
}
