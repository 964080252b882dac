using System.Text.Json.Serialization;

namespace Brownian.Paths;

/// <summary>Score SDE's sub-variance-preserving path (Song et al. 2021, eq. 13 and 35): σ = 1 − α², time in [0, 1].</summary>
/// <param name="BetaMin">β at time 0, per unit of time.</param>
/// <param name="BetaMax">β at time 1, per unit of time.</param>
public sealed record SubVariancePreserving(double BetaMin = 0.1, double BetaMax = 20) : ContinuousPath
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override NoiseLevel Noisiest => At(1);

    /// <summary>Time 10⁻³, where score SDE stops training and sampling.</summary>
    [JsonIgnore]
    public override NoiseLevel Cleanest => At(1e-3);

    /// <inheritdoc/>
    public override NoiseLevel At(double time)
    {
        var logAlpha = VariancePreserving.LogAlpha(CheckTime(time, 0, 1), BetaMin, BetaMax);
        return new(time, Math.Exp(logAlpha), -double.ExpM1(2 * logAlpha));
    }

    /// <inheritdoc/>
    public override NoiseLevel AtNoiseToSignal(double ratio)
    {
        // (1 − α²)/α = ratio  ⇔  sinh(−log α) = ratio/2
        var logAlpha = -Math.Asinh(CheckRatio(ratio) / 2);
        var alpha = Math.Exp(logAlpha);
        return double.IsInfinity(ratio)
            ? Noisiest
            : new(VariancePreserving.TimeOf(logAlpha, BetaMin, BetaMax), alpha, ratio * alpha);
    }

    /// <inheritdoc/>
    public override (double Alpha, double Sigma) RateAt(double time)
    {
        var (_, alpha, _) = At(time);
        var beta = BetaMin + time * (BetaMax - BetaMin);
        return (-0.5 * beta * alpha, beta * alpha * alpha);
    }

    /// <inheritdoc/>
    public override double StartScale(NoiseLevel start) => 1;
}
