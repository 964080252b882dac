using static TorchSharp.torch;

namespace Brownian.Verification.ScoreMatching;

/// <summary>Passes on what a denoiser believes, and tells about every question.</summary>
internal sealed class WatchedDenoiser(IDenoiser denoiser, Action<Tensor, NoiseLevel> onCall) : IDenoiser
{
    /// <inheritdoc/>
    public Denoised Denoise(Tensor xt, NoiseLevel at)
    {
        onCall(xt, at);
        return denoiser.Denoise(xt, at);
    }
}
