namespace Brownian.Spacing;

/// <summary>From the noisiest level down by equal parts of the time, with a last step to clean data (Lin et al. 2023, Table 2).</summary>
public sealed record Trailing : TimeSpacing
{
    /// <summary>
    /// With <see cref="TimeSpacing.SmallestLambda"/> the parts are those of the whole table, so that a run may have fewer steps than it was asked for: diffusers'
    /// deviation, for reproducing its numbers.
    /// </summary>
    public bool AsDiffusers { get; init; }

    /// <inheritdoc/>
    protected override IEnumerable<double> Times(int used, int points, int count)
    {
        CheckPoints(points, used);

        // numpy's arange adds multiples of its second value minus its first, and that decides where .5 rounds to.
        var part = (double)(AsDiffusers ? count : used) / points;
        var stride = used - (used - part);
        return Enumerable.Range(0, Math.Min(points, (int)Math.Ceiling(used / part))).Select(i => Math.Round(used - i * stride) - 1);
    }

    /// <inheritdoc/>
    protected override IEnumerable<double> Times(double cleanest, double noisiest, int points) =>
        Enumerable.Range(0, points).Select(i => noisiest * (points - i) / points);
}
