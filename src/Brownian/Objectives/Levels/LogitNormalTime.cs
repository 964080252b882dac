using Brownian.Paths;

namespace Brownian.Objectives;

/// <summary>The time is the sigmoid of a normal number, so that the middle of the path is visited most (Esser et al. 2024, eq. 19).</summary>
/// <param name="Mean">Of the logit; positive prefers noise.</param>
/// <param name="Std">Of the logit, &gt; 0.</param>
public sealed record LogitNormalTime(double Mean = 0, double Std = 1) : TimeDistribution
{
    /// <inheritdoc/>
    public override NoiseLevel Quantile(GaussianPath path, double u)
    {
        var fraction = 1 / (1 + Math.Exp(-(Mean + Std * NormalQuantile.At(u))));
        return path.At(path.Cleanest.Time + (path.Noisiest.Time - path.Cleanest.Time) * fraction);
    }
}
