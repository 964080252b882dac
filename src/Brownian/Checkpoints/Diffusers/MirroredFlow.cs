using Brownian.Paths;
using Brownian.Spacing;

namespace Brownian.Checkpoints;

/// <summary>
/// A walk of rectified flow with 1 − σ for σ, from data to noise: what diffusers' stochastic sampling makes of invert_sigmas, where the levels are turned around
/// and the step's formula is not. For reproducing its numbers.
/// </summary>
/// <param name="Inner">The spacing.</param>
internal sealed record MirroredFlow(ISpacing Inner) : ISpacing
{
    /// <inheritdoc/>
    public NoiseSchedule Levels(GaussianPath path, int steps) => new(path, Inner.Levels(path, steps).Select(level => path.At(1 - level.Sigma)));
}
