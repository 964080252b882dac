using Brownian.Spacing;
using static TorchSharp.torch;

namespace Brownian.Samplers;

/// <summary>
/// The multistep DPM-Solvers (Lu et al. 2022): an exponential integrator in λ = log(α/σ) that extrapolates the belief from the last steps.
/// One network call a step.
/// </summary>
/// <param name="Order">1 (which is DDIM), 2 or 3.</param>
public abstract record DpmMultistep(int Order) : Sampler
{
    /// <summary>Runs of fewer steps than this are finished at lower order.</summary>
    private const int FewSteps = 15;

    /// <summary>1, 2 or 3.</summary>
    public int Order { get; init; } = DpmOrder.Checked(Order);

    /// <summary>Which second-order step.</summary>
    public SecondOrder SecondOrder { get; init; } = SecondOrder.Midpoint;

    /// <summary>Whether the reverse SDE is solved and not the ODE: fresh noise in each step.</summary>
    public bool Stochastic { get; init; }

    /// <summary>
    /// Whether runs of fewer than 15 steps, and all that end at clean data, end with a step of order 2 at most and one of order 1: the last
    /// steps in λ are the longest.
    /// </summary>
    public bool LowerOrderFinal { get; init; } = true;

    /// <summary>Whether the last step is of order 1 in any run. A last step to clean data always is: λ is infinite there.</summary>
    public bool EulerAtFinal { get; init; }

    /// <summary>
    /// The third-order step as in DPM-Solver's and diffusers' code, where the second difference lacks a factor of 2 (and a term has the wrong
    /// sign in the stochastic one), so that it is of order 2 only, and of which only short runs are finished carefully; for reproducing numbers that were made so.
    /// </summary>
    public bool AsDiffusers { get; init; }

    /// <inheritdoc/>
    public sealed override IStepper Start(IDenoiser denoiser, INoise noise, NoiseSchedule schedule) =>
        new Stepper(this, new(denoiser, noise, schedule));

    /// <summary>The part of the belief that is integrated, [N, …].</summary>
    private protected abstract Tensor Model(Denoised belief);

    /// <summary>The step's factors.</summary>
    private protected abstract ExponentialStep WeightsOf(NoiseLevel from, NoiseLevel to, double h);

    private int OrderOf(int step, NoiseSchedule schedule, NoiseLevel to, int history)
    {
        var few = LowerOrderFinal && schedule.Steps < FewSteps;
        var careful = few || (LowerOrderFinal && !AsDiffusers && schedule[^1].IsClean);
        return to.IsClean || (step == schedule.Steps - 1 && (EulerAtFinal || few)) ? 1
            : Math.Min(Math.Min(Order, history + 1), step == schedule.Steps - 2 && careful ? 2 : 3);
    }

    private sealed class Stepper(DpmMultistep solver, SamplingRun run) : IStepper
    {
        private readonly Kept last = new();
        private readonly Kept beforeLast = new();
        private (double Last, double BeforeLast) lambda;
        private int history;
        private int step = -1;

        public Tensor Step(Tensor xt, NoiseLevel from, NoiseLevel to)
        {
            step = run.Schedule.StepFrom(from, step + 1);
            var belief = run.Denoiser.Denoise(xt, from);
            var model = solver.Model(belief);
            var next = from.Alpha == 0 && !solver.Stochastic
                ? (belief.X0 * to.Alpha).add_(belief.Epsilon, alpha: to.Sigma)
                : Advance(xt, model, from, to);
            Remember(model, from.Lambda);
            return next;
        }

        public void Dispose()
        {
            last.Dispose();
            beforeLast.Dispose();
        }

        private Tensor Advance(Tensor xt, Tensor model, NoiseLevel from, NoiseLevel to)
        {
            var h = to.Lambda - from.Lambda;
            var order = h == 0 ? 1 : solver.OrderOf(step, run.Schedule, to, Usable(from.Lambda));
            var weights = solver.WeightsOf(from, to, h);
            var (w0, w1, w2) = ByModel(weights, order, from.Lambda, h);
            var next = (xt * weights.Xt).add_(model, alpha: w0);
            if (order > 1)
            {
                next.add_(last.Value!, alpha: w1);
            }

            if (order > 2)
            {
                next.add_(beforeLast.Value!, alpha: w2);
            }

            return solver.Stochastic ? next.add_(Noise(xt, from, to), alpha: weights.Noise) : next;
        }

        /// <summary>Unit noise of the step, as <see cref="DpmSde"/> has it: of a Brownian motion its increment.</summary>
        private Tensor Noise(Tensor like, NoiseLevel from, NoiseLevel to) =>
            run.Noise is IBrownianNoise brownian && to.NoiseToSignal < from.NoiseToSignal && !to.IsClean && from.Alpha > 0
                ? brownian.Between(like, from.NoiseToSignal, to.NoiseToSignal)
                : run.Noise.NormalLike(like);

        /// <summary>Steps remembered at other levels than this: a schedule may visit a level twice, and then there is no difference to take.</summary>
        private int Usable(double now) => history > 0 && now == lambda.Last ? 0
            : history > 1 && lambda.Last == lambda.BeforeLast ? 1 : history;

        /// <summary>The weights of the model at this step and the two before, from those of its differences.</summary>
        private (double This, double Last, double BeforeLast) ByModel(ExponentialStep weights, int order, double now, double h)
        {
            if (order == 1)
            {
                return (weights.D0, 0, 0);
            }

            var r0 = (now - lambda.Last) / h;
            if (order == 2)
            {
                var half = solver.SecondOrder == SecondOrder.Midpoint ? weights.D0 / 2 : weights.D1;
                return (weights.D0 + half / r0, -half / r0, 0);
            }

            var r1 = (lambda.Last - lambda.BeforeLast) / h;
            var second = (weights.D1 * r0 + weights.D2 * (solver.AsDiffusers ? 1 : 2)) / (r0 + r1);
            var (newer, older) = (weights.D1 + second, second);
            return (weights.D0 + newer / r0, -newer / r0 - older / r1, older / r1);
        }

        private void Remember(Tensor model, double now)
        {
            if (solver.Order > 2 && last.Value is { } value)
            {
                beforeLast.Set(value);
            }

            if (solver.Order > 1)
            {
                last.Set(model);
            }

            lambda = (now, lambda.Last);
            history++;
        }
    }
}
