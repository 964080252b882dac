using System.Text.Json.Serialization;

namespace Brownian.Paths;

/// <summary>Score SDE's variance-preserving path (Song et al. 2021, eq. 11 and 33): β grows linearly in time, α² + σ² = 1, time in [0, 1].</summary>
/// <param name="BetaMin">β at time 0, per unit of time.</param>
/// <param name="BetaMax">β at time 1, per unit of time.</param>
public sealed record VariancePreserving(double BetaMin = 0.1, double BetaMax = 20) : ContinuousPath
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
        var logAlpha = LogAlpha(CheckTime(time, 0, 1), BetaMin, BetaMax);
        return new(time, Math.Exp(logAlpha), Math.Sqrt(-double.ExpM1(2 * logAlpha)));
    }

    /// <inheritdoc/>
    public override NoiseLevel AtNoiseToSignal(double ratio)
    {
        var logAlpha = -0.5 * double.LogP1(CheckRatio(ratio) * ratio);
        var alpha = Math.Exp(logAlpha);
        return double.IsInfinity(ratio)
            ? Noisiest
            : new(TimeOf(logAlpha, BetaMin, BetaMax), alpha, ratio * alpha);
    }

    /// <inheritdoc/>
    public override (double Alpha, double Sigma) RateAt(double time)
    {
        var (_, alpha, sigma) = At(time);
        var beta = BetaMin + time * (BetaMax - BetaMin);
        return (-0.5 * beta * alpha, 0.5 * beta * alpha * alpha / sigma);
    }

    /// <inheritdoc/>
    public override double StartScale(NoiseLevel start) => 1;

    /// <summary>log α at a time: −½ ∫ β.</summary>
    internal static double LogAlpha(double time, double betaMin, double betaMax) =>
        -0.25 * time * time * (betaMax - betaMin) - 0.5 * time * betaMin;

    /// <summary>The time at which log α has this value: the positive root of <see cref="LogAlpha"/>, in the form that does not cancel.</summary>
    internal static double TimeOf(double logAlpha, double betaMin, double betaMax) =>
        -4 * logAlpha / (betaMin + Math.Sqrt(betaMin * betaMin - 4 * (betaMax - betaMin) * logAlpha));
}
