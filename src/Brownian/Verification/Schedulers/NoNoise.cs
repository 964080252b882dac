using static TorchSharp.torch;

namespace Brownian.Verification;

/// <summary>Zeros, for steps in which the reference adds nothing.</summary>
internal sealed class NoNoise : INoise, IDisposable
{
    public Tensor NormalLike(Tensor like) => zeros_like(like);

    public void Dispose()
    {
    }
}
