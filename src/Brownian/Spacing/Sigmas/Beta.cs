namespace Brownian.Spacing;

/// <summary>σ/α at even quantiles of a beta distribution: short steps at both ends (Lee et al. 2024, "Beta Sampling is All You Need").</summary>
/// <param name="A">The distribution's first shape; 0.6 in the paper.</param>
/// <param name="B">Its second shape; 0.6 in the paper.</param>
public sealed record Beta(double A = 0.6, double B = 0.6) : RatioSpacing
{
    /// <inheritdoc/>
    protected override IEnumerable<double> Ratios(double largest, double smallest, int points) =>
        Enumerable.Range(0, points).Select(i => smallest + BetaDistribution.Quantile(1 - Ramp(i, points), A, B) * (largest - smallest));
}
