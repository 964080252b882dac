namespace Brownian.Runtime.Benchmarking;

/// <summary>Durations of repetitions of the same work.</summary>
/// <param name="Name">The work.</param>
/// <param name="Seconds">One number a repetition, in the order in which they ran.</param>
public sealed record Timing(string Name, IReadOnlyList<double> Seconds)
{
    /// <summary>The middle duration, s.</summary>
    public double Median => Quantile(0.5);

    /// <summary>The shortest duration, s.</summary>
    public double Best => Seconds.Min();

    /// <summary>The duration that this share of the repetitions did not exceed, s.</summary>
    public double Quantile(double share)
    {
        var sorted = Seconds.Order().ToArray();
        var position = share * (sorted.Length - 1);
        var below = (int)position;
        return sorted[below] + ((position - below) * (sorted[Math.Min(below + 1, sorted.Length - 1)] - sorted[below]));
    }

    /// <summary>
    /// How many times faster this is than <paramref name="other"/>: the median of the ratios of repetitions that ran next to each other,
    /// which drift of the machine does not touch.
    /// </summary>
    public double SpeedupOver(Timing other)
    {
        var ratios = Seconds.Zip(other.Seconds, (mine, theirs) => theirs / mine).Order().ToArray();
        return ratios[ratios.Length / 2];
    }
}
