using Brownian.Paths;

namespace Brownian.Objectives;

/// <summary>Every step of a discrete path is equally likely (Ho et al. 2020, algorithm 1).</summary>
public sealed record UniformStep : TimeDistribution
{
    /// <inheritdoc/>
    public override NoiseLevel Quantile(GaussianPath path, double u)
    {
        var first = Math.Round(path.Cleanest.Time);
        var count = Math.Round(path.Noisiest.Time) - first + 1;
        return path.At(first + Math.Min(Math.Floor(u * count), count - 1));
    }
}
