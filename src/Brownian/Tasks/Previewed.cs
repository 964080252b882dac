using static TorchSharp.torch;

namespace Brownian.Tasks;

/// <summary>A denoiser that remembers the x0 it last believed in.</summary>
internal sealed class Previewed(IDenoiser inner) : IDenoiser, IDisposable
{
    private readonly Kept x0 = new();

    /// <summary>The last predicted data, [N, …].</summary>
    public Tensor X0 => x0.Value ?? throw new InvalidOperationException("no step was made yet");

    public Denoised Denoise(Tensor xt, NoiseLevel at)
    {
        var belief = inner.Denoise(xt, at);
        x0.Set(belief.X0);
        return belief;
    }

    public void Dispose() => x0.Dispose();
}
