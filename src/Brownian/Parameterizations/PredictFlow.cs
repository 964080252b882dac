using static TorchSharp.torch;

namespace Brownian.Parameterizations;

/// <summary>Rectified flow's velocity ε − x0 (Liu et al. 2022, eq. 1). Defined on any path; α + σ = 1 is the papers' case.</summary>
public sealed record PredictFlow : Parameterization
{
    /// <summary>Whether the velocity goes from noise to data, x0 − ε, as Mochi's network has it.</summary>
    public bool ToData { get; init; }

    /// <inheritdoc/>
    public override Tensor Target(Tensor x0, Tensor epsilon, NoiseLevels at) => ToData ? x0 - epsilon : epsilon - x0;

    /// <inheritdoc/>
    /// <remarks>x0 = (xt − σ·u)/(α + σ), ε = (xt + α·u)/(α + σ).</remarks>
    public override Denoised Read(Tensor output, Tensor xt, NoiseLevels at)
    {
        var sum = at.Alpha + at.Sigma;
        var velocity = ToData ? -output : output;
        return new((xt - at.Sigma * velocity).div_(sum), (at.Alpha * velocity).add_(xt).div_(sum));
    }
}
