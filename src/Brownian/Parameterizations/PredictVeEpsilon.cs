using static TorchSharp.torch;

namespace Brownian.Parameterizations;

/// <summary>
/// EDM's VE preconditioning (Karras et al. 2022, table 1, second column), carried to any (α, σ): the network sees xt/α, is told ln(σ/2α), and
/// outputs −ε.
/// </summary>
public sealed record PredictVeEpsilon : Parameterization
{
    /// <summary>Stands for 0 in the logarithm.</summary>
    private const double Smallest = 1e-15;

    /// <inheritdoc/>
    public override Tensor Target(Tensor x0, Tensor epsilon, NoiseLevels at) => -epsilon;

    /// <inheritdoc/>
    public override Denoised Read(Tensor output, Tensor xt, NoiseLevels at) => Denoised.FromEpsilon(-output, xt, at);

    /// <inheritdoc/>
    public override Tensor Input(Tensor xt, NoiseLevels at) => xt / Denoised.OrInfinity(at.Alpha);

    /// <inheritdoc/>
    public override Tensor Label(NoiseLevels at) =>
        (at.Sigma.clamp(min: Smallest) / at.Alpha.clamp(min: Smallest) / 2).log().reshape(at.Time.shape);
}
