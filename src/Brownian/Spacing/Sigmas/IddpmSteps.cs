using Brownian.Paths;

namespace Brownian.Spacing;

/// <summary>Evenly chosen steps of improved DDPM's cosine schedule whatever the path is (Karras et al. 2022, table 1, third column).</summary>
/// <param name="Ladder">The steps to choose from; EDM's when null.</param>
public sealed record IddpmSteps(IddpmLadder? Ladder = null) : RatioSpacing
{
    private static readonly IddpmLadder Usual = new();

    /// <inheritdoc/>
    protected override IEnumerable<double> Ratios(double largest, double smallest, int points)
    {
        var within = (Ladder ?? Usual).Double().Where(ratio => ratio >= smallest && ratio <= largest).ToArray();
        return within.Length < points
            ? throw new ArgumentException(
                $"spacing: expected at most {within.Length} steps, as many as the cosine schedule has between σ/α of {smallest} and {largest}; got {points}.")
            : Enumerable.Range(0, points).Select(i => within[(int)Math.Round((within.Length - 1) * Ramp(i, points))]);
    }
}
