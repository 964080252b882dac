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

    /// <inheritdoc/>
    public NoiseSchedule Levels(GaussianPath path, int steps)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        if (End == ReversedEnd.Start)
        {
            return new(path, Inner.Levels(path, steps).Reverse());
        }

        var laid = End == ReversedEnd.Noisiest ? steps + 1 : steps;
        NoiseLevel[] rising = [.. Inner.Levels(path, laid).Take(laid).Reverse()];
        return new(path, [.. rising[..steps], End == ReversedEnd.Noisiest ? path.Noisiest : rising[^1]]);
    }
}
