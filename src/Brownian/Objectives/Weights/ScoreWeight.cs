using Brownian.Parameterizations;

namespace Brownian.Objectives;

/// <summary>
/// σ^p on the error of the score, whatever the network outputs. 2 is denoising score matching as NCSN and score SDE have it (Song and Ermon 2019,
/// eq. 6; Song et al. 2021, eq. 7), the same as 1 on the error of ε.
/// </summary>
/// <param name="Power">p; NCSNv2's "anneal power".</param>
public sealed record ScoreWeight(double Power = 2) : LossWeight
{
    /// <inheritdoc/>
    public override double[]? Factors(IReadOnlyList<NoiseLevel> levels, Parameterization parameterization) =>
        FromScore(levels, parameterization, level => Math.Pow(level.Sigma, Power));
}
