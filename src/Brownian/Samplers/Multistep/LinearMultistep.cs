using Brownian.Spacing;
using static TorchSharp.torch;

namespace Brownian.Samplers;

/// <summary>
/// Linear multistep on the probability-flow ODE in σ/α (k-diffusion's and diffusers' LMS): Adams–Bashforth for unequal steps, exact while
/// the slope is a polynomial. One network call a step.
/// </summary>
/// <param name="Order">1 (which is Euler) to 4; the first steps have lower ones.</param>
public sealed record LinearMultistep(int Order = 4) : Sampler
{
    /// <summary>1 to 4.</summary>
    public int Order { get; init; } = Order is >= 1 and <= 4
        ? Order
        : throw new ArgumentOutOfRangeException(nameof(Order), Order, "LMS: expected an order of 1, 2, 3 or 4.");

    /// <summary>
    /// In a run that begins in the middle of its schedule the weights are those of the full order from the first step on, though there are
    /// no earlier slopes to weigh: diffusers' numbers for image-to-image, which are wrong.
    /// </summary>
    public bool AsDiffusers { get; init; }

    /// <inheritdoc/>
    public override IStepper Start(IDenoiser denoiser, INoise noise, NoiseSchedule schedule) =>
        new Stepper(this, new(denoiser, noise, schedule));

    private sealed class Stepper(LinearMultistep method, SamplingRun run) : IStepper
    {
        private readonly History slopes = new(method.Order);
        private int step = -1;

        public Tensor Step(Tensor xt, NoiseLevel from, NoiseLevel to)
        {
            step = run.Schedule.StepFrom(from, step + 1);
            var belief = run.Denoiser.Denoise(xt, from);
            slopes.Add(belief.Epsilon, from);
            if (from.Alpha == 0)
            {
                return (belief.X0 * to.Alpha).add_(belief.Epsilon, alpha: to.Sigma);
            }

            // xt·α_to/α_from = α_to·x0 + (α_to·σ/α)·ε, whose last term the newest weight cancels but for σ_to where σ/α is large: better in float64.
            var weights = Weights(from, to);
            weights[0] += to.Alpha * from.NoiseToSignal;
            return slopes.AddTo(belief.X0 * to.Alpha, weights);
        }

        public void Dispose() => slopes.Dispose();

        private double[] Weights(NoiseLevel from, NoiseLevel to)
        {
            var now = from.NoiseToSignal;
            var h = to.NoiseToSignal - now;
            var nodes = method.AsDiffusers && step >= 0
                ? Enumerable.Range(0, Math.Min(step + 1, method.Order)).Select(age => run.Schedule[step - age])
                : Enumerable.Range(0, slopes.Usable(method.Order)).Select(slopes.LevelOf);
            return h == 0
                ? [0]
                : Array.ConvertAll(Interpolation.Integral(0, h, [.. nodes.Select(at => at.NoiseToSignal - now)]), weight => weight * to.Alpha);
        }
    }
}
