using static TorchSharp.torch;

namespace Brownian.Tasks;

/// <summary>One recorded step of a generation.</summary>
/// <param name="Level">The level reached.</param>
/// <param name="Xt">The data at that level, [N, …], on the CPU.</param>
/// <param name="X0">The data predicted in the step, [N, …], on the CPU.</param>
public sealed record GenerateFrame(NoiseLevel Level, Tensor Xt, Tensor X0) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose()
    {
        Xt.Dispose();
        X0.Dispose();
    }
}
