using Brownian.Paths;

namespace Brownian.Spacing;

/// <summary>Even steps of the VP path's time whatever the path is: DDPM's and score SDE's choice (Karras et al. 2022, table 1, first column).</summary>
/// <param name="FirstTime">ε_s: the time of the smallest σ/α, where time 1 is the largest; in (0, 1). Later where β would fall with time.</param>
public sealed record VpTimes(double FirstTime = 1e-3) : RatioSpacing
{
    /// <inheritdoc/>
    protected override IEnumerable<double> Ratios(double largest, double smallest, int points)
    {
        var path = new ScaledPath(smallest, largest) { Clock = SigmaClock.Vp, FirstTime = FirstTime };
        return Enumerable.Range(0, points).Select(i => path.At(1 + Ramp(i, points) * (path.UsedFirstTime - 1)).NoiseToSignal);
    }
}
