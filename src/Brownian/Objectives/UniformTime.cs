using Brownian.Paths;

namespace Brownian.Objectives;

/// <summary>Uniform in the path's own time, from its cleanest to its noisiest level (Song et al. 2021, eq. 7).</summary>
public sealed record UniformTime : TimeDistribution
{
    /// <inheritdoc/>
    public override NoiseLevel Quantile(GaussianPath path, double u) =>
        path.At(path.Cleanest.Time + (path.Noisiest.Time - path.Cleanest.Time) * u);
}
