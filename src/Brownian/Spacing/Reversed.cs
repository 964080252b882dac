using Brownian.Paths;

namespace Brownian.Spacing;

/// <summary>Another spacing backwards, from its end to its noisiest level: for methods that go from data to noise.</summary>
/// <param name="Inner">The spacing.</param>
public sealed record Reversed(ISpacing Inner) : ISpacing
{
    /// <inheritdoc/>
    public NoiseSchedule Levels(GaussianPath path, int steps) => new(path, Inner.Levels(path, steps).Reverse());
}
