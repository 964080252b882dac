namespace Brownian.Spacing;

/// <summary>EDM's spacing: (σ/α)^(1/ρ) falls evenly (Karras et al. 2022, eq. 5). Short steps at low noise.</summary>
/// <param name="Rho">ρ; 7 in the paper.</param>
public sealed record Karras(double Rho = 7) : RatioSpacing
{
    /// <inheritdoc/>
    protected override IEnumerable<double> Ratios(double largest, double smallest, int points)
    {
        var (high, low) = (Math.Pow(largest, 1 / Rho), Math.Pow(smallest, 1 / Rho));
        return Enumerable.Range(0, points).Select(i => Math.Pow(high + Ramp(i, points) * (low - high), Rho));
    }
}
