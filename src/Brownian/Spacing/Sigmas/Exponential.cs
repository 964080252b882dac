namespace Brownian.Spacing;

/// <summary>log(σ/α) falls evenly: uniform in λ, DPM-Solver's own choice (Lu et al. 2022a, section 3.4; k-diffusion's "exponential").</summary>
public sealed record Exponential : RatioSpacing
{
    /// <inheritdoc/>
    protected override IEnumerable<double> Ratios(double largest, double smallest, int points)
    {
        var (high, low) = (Math.Log(largest), Math.Log(smallest));
        return Enumerable.Range(0, points).Select(i => Math.Exp(high + Ramp(i, points) * (low - high)));
    }
}
