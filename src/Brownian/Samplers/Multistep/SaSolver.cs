using Brownian.Spacing;
using static TorchSharp.torch;

namespace Brownian.Samplers;

/// <summary>
/// SA-Solver (Xue et al. 2023): stochastic Adams–Bashforth predictor and Adams–Moulton corrector for the reverse SDE with noise of any
/// strength. One network call a step.
/// </summary>
/// <param name="PredictorOrder">1 to 4.</param>
/// <param name="CorrectorOrder">1 to 4; 0 for none.</param>
public sealed record SaSolver(int PredictorOrder = 2, int CorrectorOrder = 2) : Sampler
{
    /// <summary>1 to 4.</summary>
    public int PredictorOrder { get; init; } = Check(PredictorOrder, 1, nameof(PredictorOrder));

    /// <summary>0 to 4.</summary>
    public int CorrectorOrder { get; init; } = Check(CorrectorOrder, 0, nameof(CorrectorOrder));

    /// <summary>How much noise, where.</summary>
    public SaNoise Tau { get; init; } = new();

    /// <summary>What is integrated.</summary>
    public DpmPrediction Prediction { get; init; } = DpmPrediction.Data;

    /// <summary>Whether the orders fall toward the end of the run.</summary>
    public bool LowerOrderFinal { get; init; } = true;

    /// <summary>
    /// The slope in second-order steps on the data prediction has the weight h²/2 and not its integral, as in the authors' code and diffusers', and noise is drawn
    /// also where τ is 0; for reproducing numbers that were made so.
    /// </summary>
    public bool AsDiffusers { get; init; }

    /// <inheritdoc/>
    public override IStepper Start(IDenoiser denoiser, INoise noise, NoiseSchedule schedule) =>
        new Stepper(this, new(denoiser, noise, schedule));

    private static int Check(int order, int least, string name) => order >= least && order <= 4
        ? order
        : throw new ArgumentOutOfRangeException(name, order, $"SA-Solver: expected an order from {least} to 4.");

    private sealed class Stepper(SaSolver solver, SamplingRun run)
        : CorrectedStepper(run, solver.Prediction, Math.Max(solver.PredictorOrder, Math.Max(1, solver.CorrectorOrder - 1)))
    {
        private readonly Kept noise = new();
        private int orderOfCorrector;

        /// <inheritdoc/>
        protected override bool Corrects => solver.CorrectorOrder > 0;

        /// <inheritdoc/>
        public override void Dispose()
        {
            base.Dispose();
            noise.Dispose();
        }

        /// <inheritdoc/>
        protected override Tensor Predict(Denoised belief, Tensor xt, NoiseLevel from, NoiseLevel to)
        {
            var left = solver.LowerOrderFinal && Left is { } steps ? steps : int.MaxValue - 1;
            orderOfCorrector = Math.Min(solver.CorrectorOrder, left + 1);
            var tau = solver.Tau.At(from);
            if (solver.AsDiffusers || (tau > 0 && !to.IsClean))
            {
                noise.Set(Run.Noise.NormalLike(xt));
            }

            return to.IsClean || (from.Alpha == 0 && (tau == 0 || solver.Prediction == DpmPrediction.Noise)) ? (belief.X0 * to.Alpha).add_(belief.Epsilon, alpha: to.Sigma)
                : from.Lambda == to.Lambda ? xt * (to.Alpha / from.Alpha)
                : Extrapolate(xt, from, to, tau, Math.Min(solver.PredictorOrder, left));
        }

        /// <inheritdoc/>
        protected override Tensor Correct(Tensor model, NoiseLevel to)
        {
            var from = Models.LevelOf(0);
            var old = Math.Max(1, Models.Usable(Math.Max(1, orderOfCorrector - 1)));
            var ages = Enumerable.Range(0, orderOfCorrector == 1 ? 0 : old).Select(age => Models.LevelOf(age).Lambda - from.Lambda);
            double[] weights = Weights([to.Lambda - from.Lambda, .. ages], from, to, solver.Tau.At(from));
            return Advance(Data, from, to, solver.Tau.At(from), sum => Models.AddTo(sum.add_(model, alpha: weights[0]), weights[1..]));
        }

        private Tensor Extrapolate(Tensor xt, NoiseLevel from, NoiseLevel to, double tau, int wanted)
        {
            var order = Math.Max(1, Models.Usable(wanted));
            var nodes = Enumerable.Range(0, order).Select(age => order == 1 ? 0 : Models.LevelOf(age).Lambda - from.Lambda).ToArray();
            return Advance(xt, from, to, tau, sum => Models.AddTo(sum, Weights(nodes, from, to, tau)));
        }

        /// <summary>The step's data and noise around what the models add.</summary>
        private Tensor Advance(Tensor xt, NoiseLevel from, NoiseLevel to, double tau, Func<Tensor, Tensor> models)
        {
            var h = to.Lambda - from.Lambda;
            var (ofXt, ofNoise) = solver.Prediction == DpmPrediction.Data
                ? (Math.Exp(-tau * tau * h) * to.Sigma / from.Sigma, to.Sigma * Math.Sqrt(-double.ExpM1(-2 * tau * tau * h)))
                : (to.Alpha / from.Alpha, tau * to.Sigma * Math.Sqrt(double.ExpM1(2 * h)));
            var next = models(xt * ofXt);
            return ofNoise > 0 ? next.add_(noise.Value!, alpha: ofNoise) : next;
        }

        /// <summary>The integrals of the polynomial through the models at these nodes (differences of λ to the step's start), Xue et al. 2023, eq. 14 and 17.</summary>
        private double[] Weights(double[] nodes, NoiseLevel from, NoiseLevel to, double tau)
        {
            var (h, strength) = (to.Lambda - from.Lambda, 1 + tau * tau);
            var (rate, scale) = solver.Prediction == DpmPrediction.Data ? (strength, to.Alpha * strength) : (-1, -to.Sigma * strength);
            if (double.IsInfinity(h))
            {
                return [scale / rate];
            }

            var weights = Interpolation.Integral(rate, h, nodes);
            if (solver.AsDiffusers && solver.Prediction == DpmPrediction.Data && nodes.Length == 2)
            {
                // ∫ e^(−rate·(h − s))·s ds = (rate·h − 1 + e^(−rate·h))/rate² gives way to h²/2.
                var change = scale * (h * h / 2 - (rate * h + double.ExpM1(-rate * h)) / (rate * rate)) / (nodes[0] - nodes[1]) / scale;
                weights[0] += change;
                weights[1] -= change;
            }

            return Array.ConvertAll(weights, weight => weight * scale);
        }
    }
}
