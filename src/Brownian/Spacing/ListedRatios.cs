using Brownian.Paths;

namespace Brownian.Spacing;

/// <summary>Given σ/α, one a step, and then the end: schedules that were searched for, such as "Align Your Steps" (Sabour et al. 2024).</summary>
/// <param name="Ratios">Strictly descending σ/α above 0.</param>
public sealed record ListedRatios(IReadOnlyList<double> Ratios) : ISpacing
{
    /// <summary>Where the schedule ends.</summary>
    public FinalLevel End { get; init; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The ratios do not descend to a number above 0, or are not <paramref name="steps"/>.</exception>
    public NoiseSchedule Levels(GaussianPath path, int steps)
    {
        if (steps != Ratios.Count)
        {
            throw new ArgumentException(
                $"spacing: expected as many steps as values of sigma, {Ratios.Count}; got {steps}. Give one or the other.", nameof(steps));
        }

        for (var i = 0; i < Ratios.Count; i++)
        {
            if (!(Ratios[i] > 0) || (i > 0 && Ratios[i] >= Ratios[i - 1]))
            {
                throw new ArgumentException(
                    $"spacing: expected descending values of sigma above 0; got {Ratios[i]}{(i > 0 ? $" after {Ratios[i - 1]}" : "")}. "
                    + "Leave out the 0 at the end: the end is added.", nameof(steps));
            }
        }

        return End.Finish(path, Ratios.Select(path.AtNoiseToSignal));
    }

    /// <inheritdoc/>
    public bool Equals(ListedRatios? other) => other is not null && End == other.End && Ratios.SequenceEqual(other.Ratios);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(End, Ratios.Count, Ratios.Count > 0 ? Ratios[0] : 0);
}
