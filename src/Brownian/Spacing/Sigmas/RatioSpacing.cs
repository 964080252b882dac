using Brownian.Paths;

namespace Brownian.Spacing;

/// <summary>A spacing that is made in σ/α, which fits any path.</summary>
public abstract record RatioSpacing : ISpacing
{
    /// <summary>Stands for an infinite σ/α at pure noise: the ratio at ᾱ = 2⁻²⁴.</summary>
    private const double LargestRatio = 4096;

    /// <summary>Times are read off float32 logarithms: 2·10⁻⁷ over a distance of some 10⁻³. What is so little below a step is that step.</summary>
    private const double TimeNoise = 1e-4;

    /// <summary>Where the schedule ends.</summary>
    public FinalLevel End { get; init; }

    /// <summary>One point more is laid out, and the cleanest left out: with an end at the cleanest level no step has length 0.</summary>
    public bool SkipLast { get; init; }

    /// <summary>The largest σ/α; null for that of <see cref="Within"/> or the path.</summary>
    public double? Largest { get; init; }

    /// <summary>The smallest σ/α before the end; null for that of <see cref="Within"/> or the path.</summary>
    public double? Smallest { get; init; }

    /// <summary>A spacing whose first and last level (before the end) give the range, as diffusers' Euler and Heun do; null for the whole path.</summary>
    public TimeSpacing? Within { get; init; }

    /// <summary>What is done to times between two steps of a discrete path. σ/α stays; the network is told the rounded time.</summary>
    public TimeRounding Rounding { get; init; }

    /// <summary>On paths of continuous time the network is told times that are rounded down to multiples of 1/Grid; null for exact ones.</summary>
    public double? Grid { get; init; }

    /// <summary>
    /// The network is told the times of this spacing and not those of the ratios, as diffusers' Euler with log-linear σ does; null for those of
    /// the ratios, which are right.
    /// </summary>
    public TimeSpacing? ToldTimes { get; init; }

    /// <summary>σ/α is rounded to float32, and the end comes from it too: see <see cref="TimeSpacing.OfRatios"/>.</summary>
    internal bool OfRatios { get; init; }

    /// <summary>The spacing's formula for any two numbers, in σ instead of σ/α for example.</summary>
    internal IEnumerable<double> Between(double largest, double smallest, int points) => Ratios(largest, smallest, points);

    /// <inheritdoc/>
    public NoiseSchedule Levels(GaussianPath path, int steps)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        var (first, last) = Range(path, steps);
        var large = Largest ?? path.RatioOf(first);
        large = double.IsFinite(large) ? large : LargestRatio;
        var small = Smallest ?? path.RatioOf(last);
        var levels = Ratios(large, small, SkipLast ? steps + 1 : steps).Take(steps).Select(ratio => Level(path, ratio));
        var told = ToldTimes?.Levels(path, steps).Select(level => level.Time);
        return End.Finish(path, told is null ? levels : levels.Zip(told, (level, time) => level with { Time = time }), OfRatios);
    }

    /// <summary>Descending ratios from the largest to the smallest, both included if there are two or more points.</summary>
    protected abstract IEnumerable<double> Ratios(double largest, double smallest, int points);

    /// <summary>The fraction of the way at point <paramref name="i"/>, 0 … 1.</summary>
    private protected static double Ramp(int i, int points) => points == 1 ? 0 : (double)i / (points - 1);

    private (NoiseLevel First, NoiseLevel Last) Range(GaussianPath path, int steps)
    {
        if (Within is null)
        {
            return (path.Noisiest, path.Cleanest);
        }

        var levels = Within.Levels(path, steps);
        return (levels[0], levels[^2]);
    }

    private NoiseLevel Level(GaussianPath path, double ratio)
    {
        var level = path.AtNoiseToSignal(ratio);
        if (path is not DiscretePath)
        {
            return Grid is { } grid ? level with { Time = Math.Floor(level.Time * grid) / grid } : level;
        }

        level = OfRatios ? DiscretePath.OfRatio(level.Time, (float)ratio) : level;
        return Rounding switch
        {
            TimeRounding.Nearest => level with { Time = Math.Round(level.Time) },
            TimeRounding.Down => level with { Time = Math.Floor(level.Time + TimeNoise) },
            _ => level,
        };
    }
}
