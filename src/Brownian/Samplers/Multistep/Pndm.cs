using Brownian.Spacing;
using static TorchSharp.torch;

namespace Brownian.Samplers;

/// <summary>
/// Pseudo numerical methods (Liu et al. 2022): DDIM's step along a slope that is extrapolated from the last four by the
/// Adams–Bashforth formula of equal steps. Because the steps are not equal in σ/α, it is of order 2, as the paper says.
/// </summary>
/// <param name="Warmup">How the first steps are made.</param>
public sealed record Pndm(PndmStart Warmup = PndmStart.RungeKutta) : Sampler
{
    /// <summary>Adams–Bashforth of orders 1 to 4, the newest slope first.</summary>
    private static readonly double[][] Bashforth =
        [[1], [3.0 / 2, -1.0 / 2], [23.0 / 12, -16.0 / 12, 5.0 / 12], [55.0 / 24, -59.0 / 24, 37.0 / 24, -9.0 / 24]];

    /// <summary>The number of Runge–Kutta steps.</summary>
    private const int WarmupSteps = 3;

    /// <summary>
    /// Steps end where diffusers ends them (see <see cref="Ddim.AsDiffusers"/>), the middle of a Runge–Kutta step is at half its time, slopes are
    /// followed from pure noise (<see cref="NoiseLevel.IsPureNoise"/>), where α is 10⁻⁸ if it is 0; for reproducing numbers that were made so.
    /// </summary>
    public bool AsDiffusers { get; init; }

    /// <summary>
    /// Whether v and not ε is extrapolated, as diffusers does for networks that predict v; of order 1 only, for reproducing numbers that
    /// were made so.
    /// </summary>
    public bool ExtrapolatesV { get; init; }

    /// <summary>With <see cref="PndmStart.Heun"/>: the first step as diffusers makes it in a run that begins in the middle; null for the method's own.</summary>
    internal PndmDetour? Detour { get; init; }

    /// <inheritdoc/>
    public override IStepper Start(IDenoiser denoiser, INoise noise, NoiseSchedule schedule) =>
        new Stepper(this, new(denoiser, noise, schedule));

    private sealed class Stepper(Pndm method, SamplingRun run) : IStepper
    {
        private readonly History slopes = new(Bashforth.Length);
        private readonly DiffusersStride? stride =
            method.AsDiffusers && method.Warmup != PndmStart.None ? DiffusersStride.Of(run) : null;
        private int taken;

        public Tensor Step(Tensor xt, NoiseLevel from, NoiseLevel to)
        {
            var belief = run.Denoiser.Denoise(xt, from);
            var slope = Slope(belief, from);
            slopes.Add(slope, from);
            var number = taken++;
            if (method.AsDiffusers ? from.Alpha == 0 : from.IsPureNoise)
            {
                return method.AsDiffusers
                    ? FromNothing(xt, slopes.Sum(Bashforth[slopes.Count - 1]), to)
                    : (belief.Epsilon * to.Sigma).add_(belief.X0, alpha: to.Alpha);
            }

            return method.Warmup switch
            {
                PndmStart.RungeKutta when number < WarmupSteps && !to.IsClean => RungeKutta(xt, slope, from, to),
                PndmStart.Heun when number == 0 && !to.IsClean && run.Schedule.Steps > 1 => Trapezoid(xt, slope, from, to),
                _ => Move(xt, slopes.Sum(Bashforth[slopes.Count - 1]), from, stride?.End(from) ?? to),
            };
        }

        public void Dispose() => slopes.Dispose();

        private Tensor Trapezoid(Tensor xt, Tensor slope, NoiseLevel from, NoiseLevel to)
        {
            if (method.Detour is { } detour)
            {
                var other = SlopeOf(Move(xt, slope, from, detour.Trial), detour.Second);
                return Move(xt, (slope + other).mul_(0.5), detour.Begin, detour.Second);
            }

            var trial = Move(xt, slope, from, stride?.End(from) ?? to);
            var mean = (slope + SlopeOf(trial, to)).mul_(0.5);
            return Move(xt, mean, stride?.At(to.Time + stride.Length) ?? from, to);
        }

        private Tensor RungeKutta(Tensor xt, Tensor first, NoiseLevel from, NoiseLevel to)
        {
            var half = stride?.Length / 2 ?? 0;
            var middle = stride?.At(to.Time + half) ?? run.Schedule.Path.AtNoiseToSignal(Math.Sqrt(from.NoiseToSignal * to.NoiseToSignal));
            var second = SlopeOf(Move(xt, first, from, stride?.At(from.Time - half) ?? middle), middle);
            var third = SlopeOf(Move(xt, second, from, middle), middle);
            var fourth = SlopeOf(Move(xt, third, from, to), to);
            return Move(xt, (second + third).mul_(2).add_(first).add_(fourth).div_(6), from, to);
        }

        private Tensor SlopeOf(Tensor xt, NoiseLevel at) => Slope(run.Denoiser.Denoise(xt, at), at);

        private Tensor Slope(Denoised belief, NoiseLevel at) => method.ExtrapolatesV
            ? (belief.Epsilon * at.Alpha).add_(belief.X0, alpha: -at.Sigma)
            : belief.Epsilon;

        /// <summary>diffusers divides by 10⁻⁸ for 0, in this order.</summary>
        private static Tensor FromNothing(Tensor xt, Tensor slope, NoiseLevel to) =>
            (xt - slope).div_(1e-8).mul_(to.Alpha).add_(slope, alpha: to.Sigma);

        /// <summary>DDIM's step along a slope.</summary>
        private Tensor Move(Tensor xt, Tensor slope, NoiseLevel from, NoiseLevel to)
        {
            var ofSlope = to.Sigma - to.Alpha * from.Sigma / from.Alpha;
            return method.ExtrapolatesV
                ? (xt * (to.Alpha / from.Alpha + ofSlope * from.Sigma)).add_(slope, alpha: ofSlope * from.Alpha)
                : (xt * (to.Alpha / from.Alpha)).add_(slope, alpha: ofSlope);
        }
    }
}
