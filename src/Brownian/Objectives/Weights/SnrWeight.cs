using Brownian.Parameterizations;

namespace Brownian.Objectives;

/// <summary>
/// α²/σ² on the error of x0, whatever the network outputs: 1 on the error of ε, and σ² on the score, denoising score matching's λ(σ) (Song and
/// Ermon 2019, section 4.2; Song et al. 2021, section 3.3).
/// </summary>
public sealed record SnrWeight : LossWeight
{
    /// <inheritdoc/>
    public override double[]? Factors(IReadOnlyList<NoiseLevel> levels, Parameterization parameterization) =>
        FromX0(levels, parameterization, level => level.SignalToNoise);
}
