using System.Text.Json.Serialization;

namespace Brownian.Paths;

/// <summary>
/// x_t = s(t)·(x0 + r(t)·ε) with any of the schedules r and scalings s of Karras et al. 2022 (eq. 3 and table 1): the paths of its ablation.
/// </summary>
/// <param name="SigmaMin">The smallest σ/α at which sampling asks the model.</param>
/// <param name="SigmaMax">The σ/α at which sampling starts.</param>
public sealed record ScaledPath(double SigmaMin = 0.002, double SigmaMax = 80) : ContinuousPath
{
    /// <summary>r(t).</summary>
    public SigmaClock Clock { get; init; }

    /// <summary>Whether s = 1/√(1 + r²), so that α² + σ² = 1; s = 1 otherwise.</summary>
    public bool PreservesVariance { get; init; }

    /// <summary>ε_s: the time of <see cref="SigmaMin"/> by the VP clock, whose time 1 is <see cref="SigmaMax"/>; in (0, 1).</summary>
    public double FirstTime { get; init; } = 1e-3;

    /// <summary>The only σ/α that the network knows, to which others are rounded; null if it knows all.</summary>
    public IddpmLadder? Rungs { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public override NoiseLevel Noisiest => AtNoiseToSignal(SigmaMax);

    /// <inheritdoc/>
    [JsonIgnore]
    public override NoiseLevel Cleanest => AtNoiseToSignal(SigmaMin);

    /// <inheritdoc/>
    public override NoiseLevel At(double time) => LevelOf(CheckTime(time, 0, double.MaxValue), RatioAt(time));

    /// <inheritdoc/>
    public override NoiseLevel AtNoiseToSignal(double ratio) => CheckRatio(ratio) switch
    {
        0 => Clean,
        double.PositiveInfinity => Noisiest,
        _ => Rounded(Rungs is { } rungs ? rungs[rungs.Nearest(ratio)] : ratio),
    };

    /// <inheritdoc/>
    public override (double Alpha, double Sigma) RateAt(double time)
    {
        var (_, alpha, _) = At(time);
        var ratio = RatioAt(time);
        var rate = Clock switch
        {
            SigmaClock.Linear => 1,
            SigmaClock.SquareRoot => 0.5 / ratio,
            _ => 0.5 * (Betas.Min + Betas.Delta * time) * (ratio + 1 / ratio),
        };
        var alphaRate = PreservesVariance ? -ratio * rate * alpha * alpha * alpha : 0;
        return (alphaRate, alphaRate * ratio + alpha * rate);
    }

    /// <summary>The first time, late enough that β does not fall with time.</summary>
    internal double UsedFirstTime => Math.Clamp(double.LogP1(SigmaMin * SigmaMin) / double.LogP1(SigmaMax * SigmaMax), FirstTime, 1 - 1e-6);

    private (double Delta, double Min) Betas
    {
        get
        {
            var (low, high) = (double.LogP1(SigmaMin * SigmaMin), double.LogP1(SigmaMax * SigmaMax));
            var delta = 2 * (low / UsedFirstTime - high) / (UsedFirstTime - 1);
            return (delta, high - delta / 2);
        }
    }

    private NoiseLevel Rounded(double ratio) => ratio == 0 ? Clean : LevelOf(TimeOf(ratio), ratio);

    private NoiseLevel LevelOf(double time, double ratio)
    {
        var alpha = PreservesVariance ? 1 / Math.Sqrt(1 + ratio * ratio) : 1;
        return new(time, alpha, alpha * ratio);
    }

    private double RatioAt(double time) => Clock switch
    {
        SigmaClock.Linear => time,
        SigmaClock.SquareRoot => Math.Sqrt(time),
        _ => Math.Sqrt(double.ExpM1((0.5 * Betas.Delta * time + Betas.Min) * time)),
    };

    private double TimeOf(double ratio) => Clock switch
    {
        SigmaClock.Linear => ratio,
        SigmaClock.SquareRoot => ratio * ratio,
        _ => VpTimeOf(double.LogP1(ratio * ratio)),
    };

    // The positive root of ½·β_d·t² + β_min·t = value, in the form that does not cancel.
    private double VpTimeOf(double value) => 2 * value / (Betas.Min + Math.Sqrt(Betas.Min * Betas.Min + 2 * Betas.Delta * value));
}
