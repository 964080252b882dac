using Brownian.Paths;

namespace Brownian.Spacing;

/// <summary>A spacing that is made in the path's time: steps of a table, or seconds of an SDE.</summary>
public abstract record TimeSpacing : ISpacing
{
    /// <summary>Where the schedule ends.</summary>
    public FinalLevel End { get; init; }

    /// <summary>One point more is laid out, and the cleanest left out, as DPM-Solver does: the last step begins before the cleanest level.</summary>
    public bool SkipLast { get; init; }

    /// <summary>Levels of a discrete path whose λ = log(α/σ) is smaller are left out (DPM-Solver needs it for the cosine path: −5.1).</summary>
    public double SmallestLambda { get; init; } = double.NegativeInfinity;

    /// <summary>
    /// Levels of a table have their α and σ from the table's float32 σ/α, as in diffusers' classes that keep a list of it, and not from the table itself: for
    /// reproducing their numbers where σ/α is so large that the last bits show.
    /// </summary>
    internal bool OfRatios { get; init; }

    /// <inheritdoc/>
    public NoiseSchedule Levels(GaussianPath path, int steps)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        var points = SkipLast ? steps + 1 : steps;
        var levels = path is DiscretePath table
            ? Times(Used(table), points, table.Count).Take(steps).Select(time => LevelAt(table, Math.Min(time, table.Count - 1)))
                .Select(level => Sourced(table, level))
            : Times(path.Cleanest.Time, path.Noisiest.Time, points).Take(steps).Select(path.At);
        return End.Finish(path, levels, OfRatios);
    }

    /// <summary>Descending steps of a table.</summary>
    /// <param name="used">How many steps of the table, from 0 on, are used.</param>
    /// <param name="points">How many are wanted.</param>
    /// <param name="count">How many the table has.</param>
    protected abstract IEnumerable<double> Times(int used, int points, int count);

    /// <summary>Descending times of a continuous path.</summary>
    protected abstract IEnumerable<double> Times(double cleanest, double noisiest, int points);

    /// <summary>The level at a time of a table.</summary>
    private protected virtual NoiseLevel LevelAt(DiscretePath path, double time) => path.At(time);

    /// <summary>An error that teaches if a table is asked for more steps than it has.</summary>
    private protected static void CheckPoints(int points, int used)
    {
        if (points > used)
        {
            throw new ArgumentException(
                $"spacing: expected at most {used} steps, as many as the path has; got {points}. Use fewer steps, or a Karras spacing.");
        }
    }

    /// <summary>The noisiest level that is not left out.</summary>
    internal NoiseLevel NoisiestUsed(GaussianPath path) => path is DiscretePath table ? Sourced(table, table.At(Used(table) - 1)) : path.Noisiest;

    private NoiseLevel Sourced(DiscretePath table, NoiseLevel level) => OfRatios && !level.IsClean ? table.ByRatio(level) : level;

    private int Used(DiscretePath table) => double.IsNegativeInfinity(SmallestLambda)
        ? table.Count
        : Enumerable.Range(0, table.Count).Count(step => table.At(step).Lambda >= SmallestLambda);
}
