using static TorchSharp.torch;

namespace Brownian.Tasks;

/// <summary>Generated samples. They belong to whoever holds this, and to no dispose scope.</summary>
/// <param name="First">The number of the first sample.</param>
/// <param name="Samples">[N, …], float32 on the CPU, in data units.</param>
/// <param name="Trajectory">Every step, if it was asked for; else empty.</param>
public sealed record Generated(int First, Tensor Samples, IReadOnlyList<GenerateFrame> Trajectory) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose()
    {
        Samples.Dispose();
        foreach (var frame in Trajectory)
        {
            frame.Dispose();
        }
    }
}
