using Brownian.Paths;

namespace Brownian.Objectives;

/// <summary>Uniform in the path's own time, from its cleanest to its noisiest level (Song et al. 2021, eq. 7).</summary>
/// <param name="From">The first time, in the path's unit; null for that of its cleanest level. Score SDE trains from 10⁻⁵ on.</param>
public sealed record UniformTime(double? From = null) : TimeDistribution
{
    /// <inheritdoc/>
    public override NoiseLevel Quantile(GaussianPath path, double u) =>
        At(path, From ?? path.Cleanest.Time, u);

    private static NoiseLevel At(GaussianPath path, double first, double u) => path.At(first + (path.Noisiest.Time - first) * u);
}
