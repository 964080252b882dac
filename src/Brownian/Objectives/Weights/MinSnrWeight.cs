using Brownian.Parameterizations;

namespace Brownian.Objectives;

/// <summary>
/// min(snr, γ) on the error of x0, whatever the network outputs: min(snr, γ)/snr on ε, min(snr, γ)/(snr + 1) on v (Hang et al. 2023,
/// section 3.4).
/// </summary>
/// <param name="Gamma">γ &gt; 0.</param>
public sealed record MinSnrWeight(double Gamma = 5) : LossWeight
{
    /// <inheritdoc/>
    public override double[]? Factors(IReadOnlyList<NoiseLevel> levels, Parameterization parameterization) =>
        FromX0(levels, parameterization, level => Math.Min(level.SignalToNoise, Gamma));
}
