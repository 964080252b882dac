using Brownian.Paths;

namespace Brownian.Spacing;

/// <summary>
/// The levels of another spacing the other way round, from clean data to noise: a deterministic sampler then finds the latents from which it
/// would make given images.
/// </summary>
/// <param name="Inner">The spacing whose levels are taken, without its end.</param>
public sealed record Inverted(ISpacing Inner) : ISpacing
{
    /// <summary>
    /// Whether one level more is laid out and the noisiest gives way to the path's noisiest, where the run ends; otherwise the run ends at the
    /// noisiest that is laid out with a step of length 0, as diffusers does for spacings in σ.
    /// </summary>
    public bool SkipNoisiest { get; init; } = true;

    /// <inheritdoc/>
    public NoiseSchedule Levels(GaussianPath path, int steps)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        var laid = SkipNoisiest ? steps + 1 : steps;
        NoiseLevel[] rising = [.. Inner.Levels(path, laid).Take(laid).Reverse()];
        return new(path, [.. rising[..steps], SkipNoisiest ? path.Noisiest : rising[^1]]);
    }
}
