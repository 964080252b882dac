using static TorchSharp.torch;

namespace Brownian.Parameterizations;

/// <summary>v = α·ε − σ·x0 (Salimans and Ho 2022, appendix D). Defined on any path; α² + σ² = 1 is the paper's case.</summary>
public sealed record PredictV : Parameterization
{
    /// <inheritdoc/>
    public override Tensor Target(Tensor x0, Tensor epsilon, NoiseLevels at) => (at.Alpha * epsilon).sub_(at.Sigma * x0);

    /// <inheritdoc/>
    /// <remarks>x0 = (α·xt − σ·v)/(α² + σ²), ε = (σ·xt + α·v)/(α² + σ²).</remarks>
    public override Denoised Read(Tensor output, Tensor xt, NoiseLevels at)
    {
        var norm = at.Alpha.square() + at.Sigma.square();
        var (alpha, sigma) = (at.Alpha / norm, at.Sigma / norm);
        return new((alpha * xt).sub_(sigma * output), (sigma * xt).add_(alpha * output));
    }
}
