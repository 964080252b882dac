using Brownian.Paths;

namespace Brownian.Spacing;

/// <summary>
/// RePaint's walk (Lugmayr et al. 2022, Figure 9): down another spacing's levels, and on the way, at every <paramref name="Length"/>-th level before
/// the end, back up by as many and down again. It has more steps than were asked for.
/// </summary>
/// <param name="Inner">The spacing; a fifth of the published 250 steps is enough for small images.</param>
/// <param name="Length">Levels of one jump, j in the paper.</param>
/// <param name="Samples">How often each part is walked down, r in the paper; 1 for no jumps.</param>
public sealed record Jumps(ISpacing Inner, int Length = 10, int Samples = 10) : ISpacing
{
    /// <summary>Levels of one jump, at least 1.</summary>
    public int Length { get; init; } = Length >= 1 ? Length : throw new ArgumentOutOfRangeException(nameof(Length), Length, "jumps: expected a length of at least 1.");

    /// <summary>How often each part is walked down, at least 1.</summary>
    public int Samples { get; init; } = Samples >= 1
        ? Samples
        : throw new ArgumentOutOfRangeException(nameof(Samples), Samples, "jumps: expected to walk each part at least once.");

    /// <inheritdoc/>
    public NoiseSchedule Levels(GaussianPath path, int steps)
    {
        var inner = Inner.Levels(path, steps);
        var walk = new List<NoiseLevel> { inner[0] };
        var left = new int[inner.Steps];
        for (var i = 0; i < inner.Steps - Length; i += Length)
        {
            left[i] = Samples - 1;
        }

        // The number of levels that are still to go.
        for (var toGo = inner.Steps; toGo >= 1;)
        {
            walk.Add(inner[inner.Steps - --toGo]);
            if (left[toGo] == 0)
            {
                continue;
            }

            left[toGo]--;
            for (var up = 0; up < Length; up++)
            {
                walk.Add(inner[inner.Steps - ++toGo]);
            }
        }

        return new(path, walk);
    }
}
