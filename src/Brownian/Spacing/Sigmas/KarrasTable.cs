using Brownian.Paths;

namespace Brownian.Spacing;

/// <summary>Every Count/steps-th entry of a table of <paramref name="Count"/> levels in EDM's spacing: the levels of consistency models (Song et al. 2023).</summary>
/// <param name="Count">Entries of the table.</param>
/// <param name="Rho">EDM's ρ.</param>
public sealed record KarrasTable(int Count = 40, double Rho = 7) : ISpacing
{
    /// <summary>Where the schedule ends.</summary>
    public FinalLevel End { get; init; }

    /// <summary>The entries to visit, ascending from 0, the noisiest; null for even ones.</summary>
    public IReadOnlyList<int>? Entries { get; init; }

    /// <inheritdoc/>
    public NoiseSchedule Levels(GaussianPath path, int steps)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        var entries = Entries ?? Even(steps);
        if (entries.Count != steps || entries.Zip(entries.Skip(1)).Any(pair => pair.Second <= pair.First) || entries[0] < 0 || entries[^1] >= Count)
        {
            throw new ArgumentException(
                $"spacing: expected {steps} ascending entries in [0, {Count - 1}], one a step; got {string.Join(", ", entries)}.", nameof(steps));
        }

        var (high, low) = (Math.Pow(path.RatioOf(path.Noisiest), 1 / Rho), Math.Pow(path.RatioOf(path.Cleanest), 1 / Rho));
        if (!double.IsFinite(high))
        {
            throw new ArgumentException(
                $"spacing: expected a path whose noisiest level still has some signal; that of {path.GetType().Name} has none. Use a trailing spacing.",
                nameof(path));
        }

        var levels = entries.Select(i => path.AtNoiseToSignal(Math.Pow(high + (double)i / (Count - 1) * (low - high), Rho)));
        return new(path, [.. levels, End == FinalLevel.Clean ? path.Clean : path.Cleanest]);
    }

    /// <inheritdoc/>
    public bool Equals(KarrasTable? other) => other is not null && (Count, Rho, End) == (other.Count, other.Rho, other.End)
        && (Entries ?? []).SequenceEqual(other.Entries ?? []);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Count, Rho, End, Entries?.Count);

    private int[] Even(int steps) => steps <= Count
        ? [.. Enumerable.Range(0, steps).Select(i => i * (Count / steps))]
        : throw new ArgumentException($"spacing: expected at most {Count} steps, the entries of the table; got {steps}. Use fewer, or a larger table.");
}
