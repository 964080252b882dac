using Brownian.Paths;

namespace Brownian.Spacing;

/// <summary>Evenly from the noisiest level to the cleanest, both included, and then the end.</summary>
public sealed record Linspace : TimeSpacing
{
    /// <summary>What is done to times between two steps of a discrete path.</summary>
    public TimeRounding Rounding { get; init; } = TimeRounding.Nearest;

    /// <summary>The last time before the end on a continuous path; null for its cleanest level.</summary>
    public double? Cleanest { get; init; }

    /// <summary>
    /// diffusers' deviations, for reproducing its numbers: a single step begins at the cleanest level and not at the noisiest, between two
    /// steps σ/α is interpolated and not its logarithm, and there may be more times than steps of a table, some of them twice.
    /// </summary>
    public bool AsDiffusers { get; init; }

    /// <inheritdoc/>
    protected override IEnumerable<double> Times(int used, int points, int count)
    {
        if (Rounding != TimeRounding.None && !SkipLast && !AsDiffusers)
        {
            CheckPoints(points, used);
        }

        return Even(0, used - 1, points).Select(Round);
    }

    /// <inheritdoc/>
    protected override IEnumerable<double> Times(double cleanest, double noisiest, int points) => Even(Cleanest ?? cleanest, noisiest, points);

    /// <inheritdoc/>
    private protected override NoiseLevel LevelAt(DiscretePath path, double time)
    {
        var step = (int)time;
        return step == time || !AsDiffusers
            ? path.At(time)
            : DiscretePath.OfRatio(time, (float)(path.Ratios[step] + (time - step) * ((double)path.Ratios[step + 1] - path.Ratios[step])));
    }

    private IEnumerable<double> Even(double low, double high, int points) => points == 1
        ? [AsDiffusers ? low : high]
        : Enumerable.Range(0, points).Select(i => i == 0 ? high : low + (points - 1 - i) * ((high - low) / (points - 1)));

    private double Round(double time) => Rounding switch
    {
        TimeRounding.Nearest => Math.Round(time),
        TimeRounding.Down => Math.Floor(time),
        _ => AsDiffusers ? (float)time : time,
    };
}
