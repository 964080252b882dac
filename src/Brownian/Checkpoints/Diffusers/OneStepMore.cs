using Brownian.Paths;
using Brownian.Spacing;

namespace Brownian.Checkpoints;

/// <summary>Another spacing with one step more than was asked for.</summary>
/// <param name="Inner">The spacing.</param>
internal sealed record OneStepMore(ISpacing Inner) : ISpacing
{
    /// <inheritdoc/>
    public NoiseSchedule Levels(GaussianPath path, int steps) => Inner.Levels(path, steps + 1);
}
