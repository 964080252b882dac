using Brownian.Paths;

namespace Brownian.Spacing;

/// <summary>v-diffusion's "crash" schedule, which iPNDM uses: σ = sin²(πs/2) with s falling evenly and α² + σ² = 1. Short steps at both ends.</summary>
public sealed record Crash : ISpacing
{
    /// <summary>Where the schedule ends.</summary>
    public FinalLevel End { get; init; }

    /// <summary>Levels in float32, where 1 − σ² cancels: the first steps' α have errors of 10⁻⁶. For reproducing numbers that were made so.</summary>
    public bool AsDiffusers { get; init; }

    /// <inheritdoc/>
    public NoiseSchedule Levels(GaussianPath path, int steps)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        if (AsDiffusers)
        {
            return End.Finish(path, Enumerable.Range(0, steps).Select(i => InSinglePrecision((float)(steps - i) / steps)));
        }

        var (start, end) = (Of(path.Noisiest), End == FinalLevel.Cleanest ? Of(path.Cleanest) : 0);
        var rest = Enumerable.Range(1, steps - 1).Select(i => path.AtNoiseToSignal(Ratio(start + (end - start) * i / steps)));
        return End.Finish(path, [path.Noisiest, .. rest]);
    }

    private static NoiseLevel InSinglePrecision(float s)
    {
        var sine = MathF.Sin(s * MathF.PI / 2);
        var sigma = sine * sine;
        var alpha = MathF.Sqrt(1 - sigma * sigma);
        return new(MathF.Atan2(sigma, alpha) / MathF.PI * 2, alpha, sigma);
    }

    private static double Of(NoiseLevel level) => 2 * double.AsinPi(Math.Sqrt(level.Sigma / double.Hypot(level.Alpha, level.Sigma)));

    private static double Ratio(double s)
    {
        var sigma = Math.Pow(double.SinPi(s / 2), 2);
        return sigma / Math.Sqrt(1 - sigma * sigma);
    }
}
