using Brownian.Paths;

namespace Brownian.Spacing;

/// <summary>Given times, one a step, and then the end.</summary>
/// <param name="Times">Strictly descending times of the path's clock.</param>
public sealed record Listed(IReadOnlyList<double> Times) : ISpacing
{
    /// <summary>Where the schedule ends.</summary>
    public FinalLevel End { get; init; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The times do not descend, or are not <paramref name="steps"/>.</exception>
    /// <exception cref="UnsupportedLevelException">The path has no such time.</exception>
    public NoiseSchedule Levels(GaussianPath path, int steps)
    {
        if (steps != Times.Count)
        {
            throw new ArgumentException(
                $"spacing: expected as many steps as times, {Times.Count}; got {steps}. Give one or the other.", nameof(steps));
        }

        for (var i = 1; i < Times.Count; i++)
        {
            if (Times[i] >= Times[i - 1])
            {
                throw new ArgumentException($"spacing: expected descending times; got {Times[i]} after {Times[i - 1]}.", nameof(steps));
            }
        }

        return End.Finish(path, Times.Select(path.At));
    }

    /// <inheritdoc/>
    public bool Equals(Listed? other) => other is not null && End == other.End && Times.SequenceEqual(other.Times);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(End, Times.Count, Times.Count > 0 ? Times[0] : 0);
}
