using Brownian.Spacing;
using static TorchSharp.torch;

namespace Brownian.Samplers;

/// <summary>
/// The single-step DPM-Solvers (Lu et al. 2022a and 2022b): blocks of as many steps as the order, each from the block's start with the beliefs found in
/// it. The levels between are stages of a Runge–Kutta method, so only the ends of blocks are accurate. One network call a step.
/// </summary>
/// <param name="Order">1 (which is DDIM), 2 or 3.</param>
/// <param name="Prediction">What is integrated.</param>
public sealed record DpmSinglestep(int Order = 2, DpmPrediction Prediction = DpmPrediction.Data) : Sampler
{
    /// <summary>1, 2 or 3.</summary>
    public int Order { get; init; } = DpmOrder.Checked(Order);

    /// <summary>How the slopes are used. With <see cref="SecondOrder.Midpoint"/> the order of 3 is met only if λ falls evenly.</summary>
    public SecondOrder SecondOrder { get; init; } = SecondOrder.Midpoint;

    /// <summary>Whether the reverse SDE is solved and not the ODE: fresh noise in each step.</summary>
    public bool Stochastic { get; init; }

    /// <summary>
    /// Whether the run ends with a step of order 1 although the order divides the number of steps. With other numbers the last block is a short
    /// one, and a run that ends at clean data ends with order 1 in any case: λ is infinite there.
    /// </summary>
    public bool LowerOrderFinal { get; init; } = true;

    /// <summary>
    /// The noises of a block are independent, and not increments of one Brownian motion; a term of the third-order stochastic step has the wrong
    /// sign; and slopes are followed from pure noise (<see cref="NoiseLevel.IsPureNoise"/>). For reproducing numbers that were made so.
    /// </summary>
    public bool AsDiffusers { get; init; }

    /// <inheritdoc/>
    public override IStepper Start(IDenoiser denoiser, INoise noise, NoiseSchedule schedule) =>
        new Stepper(this, new(denoiser, noise, schedule));

    /// <summary>The order of each step of a run.</summary>
    internal int[] Orders(int steps, bool clean)
    {
        var cycle = Enumerable.Range(0, steps).Select(i => i % Order + 1).ToArray();
        if (clean || (LowerOrderFinal && steps % Order == 0))
        {
            cycle[^1] = 1;
        }

        return cycle;
    }

    private sealed class Stepper : IStepper
    {
        private readonly DpmSinglestep solver;
        private readonly SamplingRun run;
        private readonly int[] orders;
        private readonly History block;
        private readonly Kept start = new();
        private readonly Kept noise = new();
        private int step = -1;
        private int inBlock;

        public Stepper(DpmSinglestep solver, SamplingRun run)
        {
            (this.solver, this.run, block) = (solver, run, new(solver.Order));
            orders = solver.Orders(run.Schedule.Steps, run.Schedule[^1].IsClean);
        }

        public Tensor Step(Tensor xt, NoiseLevel from, NoiseLevel to)
        {
            step = run.Schedule.StepFrom(from, step + 1);
            var belief = run.Denoiser.Denoise(xt, from);
            block.Add(solver.Prediction == DpmPrediction.Data ? belief.X0 : belief.Epsilon, from);
            var order = OrderOf(from, to);
            if (order == 1)
            {
                start.Set(xt);
                inBlock = 0;
            }

            inBlock++;
            return from.Alpha == 0 && !solver.Stochastic
                ? (belief.X0 * to.Alpha).add_(belief.Epsilon, alpha: to.Sigma)
                : order == 1 && from.Lambda == to.Lambda ? xt * (to.Alpha / from.Alpha) : Advance(order, from, to);
        }

        public void Dispose()
        {
            block.Dispose();
            start.Dispose();
            noise.Dispose();
        }

        private int OrderOf(NoiseLevel from, NoiseLevel to)
        {
            var wanted = to.IsClean ? 1 : step < 0 ? inBlock % solver.Order + 1 : orders[step];
            var order = Math.Min(Math.Min(wanted, inBlock + 1), Math.Max(1, block.Usable(wanted)));
            var integratesSlopes = solver is { Prediction: DpmPrediction.Noise, AsDiffusers: false };
            return integratesSlopes && order > 1 && block.LevelOf(order - 1).IsPureNoise ? 1 : order;
        }

        private Tensor Advance(int order, NoiseLevel from, NoiseLevel to)
        {
            var origin = block.LevelOf(order - 1);
            var h = to.Lambda - origin.Lambda;
            var factors = Factors(origin, to, h);
            var next = block.AddTo(start.Value! * factors.Xt, Weights(order, factors, origin, h));
            return solver.Stochastic ? AddNoise(next, order, from, to, factors.Noise) : next;
        }

        private ExponentialStep Factors(NoiseLevel from, NoiseLevel to, double h) => solver.Prediction == DpmPrediction.Noise
            ? ExponentialStep.OfNoise(from, to, h, solver.Stochastic)
            : ExponentialStep.OfData(from, to, h, solver.Stochastic, wrongSign: solver.Stochastic && solver.AsDiffusers);

        /// <summary>The weights of the models in the block, the newest first, from those of their differences.</summary>
        private double[] Weights(int order, ExponentialStep factors, NoiseLevel origin, double h)
        {
            if (order == 1)
            {
                return [factors.D0];
            }

            var newest = (block.LevelOf(0).Lambda - origin.Lambda) / h;
            var midpoint = solver.SecondOrder == SecondOrder.Midpoint;
            if (order == 2)
            {
                var slope = (midpoint ? factors.D0 / 2 : factors.D1) / newest;
                return [slope, factors.D0 - slope];
            }

            if (midpoint)
            {
                return [factors.D1 / newest, 0, factors.D0 - factors.D1 / newest];
            }

            // D1 and D2 by the divided differences to the newest level and to the middle one.
            var middle = (block.LevelOf(1).Lambda - origin.Lambda) / h;
            var ofNewest = (2 * factors.D2 - middle * factors.D1) / (newest - middle) / newest;
            var ofMiddle = (newest * factors.D1 - 2 * factors.D2) / (newest - middle) / middle;
            return [ofNewest, ofMiddle, factors.D0 - ofNewest - ofMiddle];
        }

        private Tensor AddNoise(Tensor next, int order, NoiseLevel from, NoiseLevel to, double whole)
        {
            var fresh = run.Noise.NormalLike(next);
            if (solver.AsDiffusers)
            {
                return next.add_(fresh, alpha: whole);
            }

            // The noise so far shrinks like the data do, and what this step adds comes on top: together the noise of the whole block.
            var last = Factors(from, to, to.Lambda - from.Lambda);
            var sum = fresh.mul_(last.Noise);
            noise.Set(order > 1 ? sum.add_(noise.Value!, alpha: last.Xt) : sum);
            return next.add_(noise.Value!);
        }
    }
}
