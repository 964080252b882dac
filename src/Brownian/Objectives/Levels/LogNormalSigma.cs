using Brownian.Paths;

namespace Brownian.Objectives;

/// <summary>ln(σ/α) is normal, limited to the path's range (Karras et al. 2022, table 1).</summary>
/// <param name="Mean">P_mean, of ln(σ/α).</param>
/// <param name="Std">P_std &gt; 0.</param>
public sealed record LogNormalSigma(double Mean = -1.2, double Std = 1.2) : TimeDistribution
{
    /// <inheritdoc/>
    public override NoiseLevel Quantile(GaussianPath path, double u)
    {
        var ratio = Math.Exp(Mean + Std * NormalQuantile.At(u));
        return path.AtNoiseToSignal(Math.Clamp(ratio, path.Cleanest.NoiseToSignal, path.Noisiest.NoiseToSignal));
    }
}
