using Brownian.Paths;

namespace Brownian.Spacing;

/// <summary>
/// Another spacing backwards, from data to noise: a deterministic method then finds the latents from which it would make given images.
/// </summary>
/// <param name="Inner">The spacing.</param>
public sealed record Reversed(ISpacing Inner) : ISpacing
{
    /// <summary>Where the walk ends.</summary>
    public ReversedEnd End { get; init; }

    /// <summary>
    /// Of levels that are told the same step of a table only one is told it, the others move up, and the last ones are left out: diffusers makes its list
    /// of steps unique and not its list of σ. For reproducing its numbers.
    /// </summary>
    public bool AsDiffusers { get; init; }

    /// <inheritdoc/>
    public NoiseSchedule Levels(GaussianPath path, int steps)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        if (End == ReversedEnd.Start)
        {
            return new(path, Inner.Levels(path, steps).Reverse());
        }

        var toNoisiest = End == ReversedEnd.Noisiest;

        // A single step goes from the cleanest level, which a spacing in σ/α has for its last of two.
        var laid = toNoisiest || (steps == 1 && Inner is RatioSpacing) ? steps + 1 : steps;
        NoiseLevel[] visited = [.. Inner.Levels(path, laid).SkipLast(1).Reverse().Take(steps)];
        NoiseLevel[] all = [.. visited, toNoisiest ? (Inner as TimeSpacing)?.NoisiestUsed(path) ?? path.Noisiest : visited[^1]];
        if (!AsDiffusers)
        {
            return new(path, all);
        }

        var times = all[..^1].Select(level => level.Time).Distinct().ToArray();
        return new(path, [.. times.Select((time, i) => all[i] with { Time = time }), all[times.Length]]);
    }
}
