namespace Brownian.Spacing;

/// <summary>From the noisiest level down by equal parts of the time, with a last step to clean data (Lin et al. 2023, Table 2).</summary>
public sealed record Trailing : TimeSpacing
{
    /// <inheritdoc/>
    protected override IEnumerable<double> Times(int used, int points, int count)
    {
        CheckPoints(points, used);

        // numpy's arange adds multiples of its second value minus its first, and that decides where .5 rounds to.
        var stride = used - (used - (double)used / points);
        return Enumerable.Range(0, points).Select(i => Math.Round(used - i * stride) - 1);
    }

    /// <inheritdoc/>
    protected override IEnumerable<double> Times(double cleanest, double noisiest, int points) =>
        Enumerable.Range(0, points).Select(i => noisiest * (points - i) / points);
}
