namespace Brownian.Training;

/// <summary>How the averaged weights, which samples are made with, follow the trained ones.</summary>
public sealed record EmaConfig
{
    /// <summary>The formula of the decay.</summary>
    public EmaKind Kind { get; init; } = EmaKind.HalfLife;

    /// <summary>The largest decay of <see cref="EmaKind.Warmup"/>, in [0, 1).</summary>
    public double Decay { get; init; } = 0.9999;

    /// <summary>Images after which a weight counts half, for <see cref="EmaKind.HalfLife"/>; null for no upper limit, see <see cref="RampUp"/>.</summary>
    public double? HalfLifeImages { get; init; }

    /// <summary>
    /// For <see cref="EmaKind.HalfLife"/>: the half-life is at most this fraction of the images seen so far, so that the average's width
    /// fits a run of any length (Karras et al. 2022, their training code's ramp-up ratio). Null for no such limit.
    /// </summary>
    public double? RampUp { get; init; } = 0.05;

    /// <summary>The weight of the old average in one update, in [0, 1).</summary>
    /// <param name="number">The step, from 1.</param>
    /// <param name="imagesBefore">Images seen before this step.</param>
    /// <param name="batch">Images in this step.</param>
    public double DecayAt(long number, long imagesBefore, int batch)
    {
        if (Kind == EmaKind.Warmup)
        {
            return Math.Min(Decay, (1.0 + number) / (10.0 + number));
        }

        var halfLife = Math.Min(HalfLifeImages ?? double.PositiveInfinity, RampUp * imagesBefore ?? double.PositiveInfinity);
        return halfLife <= 0 ? 0 : Math.Pow(0.5, batch / halfLife);
    }

    internal void Validate()
    {
        Range.Within(Decay, 0, 1 - 1e-12, "ema.decay");
        Range.Positive(HalfLifeImages ?? 1, "ema.half_life_images");
        Range.Positive(RampUp ?? 1, "ema.ramp_up");
        if (Kind == EmaKind.HalfLife && HalfLifeImages is null && RampUp is null)
        {
            throw new ArgumentException("ema: give half_life_images, ramp_up or both; without either the average would never move.");
        }
    }
}
