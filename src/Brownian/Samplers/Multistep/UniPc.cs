using Brownian.Spacing;
using static TorchSharp.torch;

namespace Brownian.Samplers;

/// <summary>
/// UniPC (Zhao et al. 2023): a multistep exponential predictor, and a corrector that uses the belief at the new data, which the next
/// step needs anyway. Order p with the predictor alone, p + 1 with the corrector; one network call a step.
/// </summary>
/// <param name="Order">p, from 1 to 4; the first steps have lower ones.</param>
public sealed record UniPc(int Order = 2) : Sampler
{
    /// <summary>1 to 4.</summary>
    public int Order { get; init; } = Order is >= 1 and <= 4
        ? Order
        : throw new ArgumentOutOfRangeException(nameof(Order), Order, "UniPC: expected an order of 1, 2, 3 or 4.");

    /// <summary>B(h).</summary>
    public UniPcScale Scale { get; init; } = UniPcScale.ExpH;

    /// <summary>What is integrated.</summary>
    public DpmPrediction Prediction { get; init; } = DpmPrediction.Data;

    /// <summary>Whether the order falls to 1 toward the end of the run. A step to clean data is of order 1 in any case: λ is infinite there.</summary>
    public bool LowerOrderFinal { get; init; } = true;

    /// <summary>The steps, from 0 on, whose result is not corrected. Correcting the first ones can hurt with strong guidance.</summary>
    public IReadOnlyList<int> Uncorrected { get; init; } = [];

    /// <inheritdoc/>
    public override IStepper Start(IDenoiser denoiser, INoise noise, NoiseSchedule schedule) =>
        new Stepper(this, new(denoiser, noise, schedule));

    /// <summary>The step's factors of the data and of the newest model, and B(h) with its scale.</summary>
    private (double Xt, double M0, double B) Factors(NoiseLevel from, NoiseLevel to, double h)
    {
        var factors = Prediction == DpmPrediction.Noise
            ? ExponentialStep.OfNoise(from, to, h, stochastic: false)
            : ExponentialStep.OfData(from, to, h, stochastic: false);
        var scale = Prediction == DpmPrediction.Noise ? to.Sigma : to.Alpha;
        return (factors.Xt, factors.D0, -scale * BOf(Signed(h)));
    }

    private double Signed(double h) => Prediction == DpmPrediction.Noise ? h : -h;

    private double BOf(double signed) => Scale == UniPcScale.H ? signed : double.ExpM1(signed);

    /// <summary>Right sides h·φ_{n+1}(h)·n!/B(h) of the order conditions, n = 1 … count (Zhao et al. 2023, eq. 6).</summary>
    private double[] Moments(double h, int count)
    {
        var signed = Signed(h);
        var moments = Interpolation.Moments(-signed, count + 1);
        return [.. Enumerable.Range(1, count).Select(n => moments[n] * signed / BOf(signed))];
    }

    private sealed class Stepper(UniPc method, SamplingRun run) : CorrectedStepper(run, method.Prediction, method.Order)
    {
        private int lastOrder;

        /// <inheritdoc/>
        protected override bool Corrects => !method.Uncorrected.Contains(Number - 1);

        /// <inheritdoc/>
        protected override Tensor Predict(Denoised belief, Tensor xt, NoiseLevel from, NoiseLevel to)
        {
            var h = to.Lambda - from.Lambda;
            lastOrder = OrderOf(to, h);
            return from.Alpha == 0 || to.IsClean ? (belief.X0 * to.Alpha).add_(belief.Epsilon, alpha: to.Sigma)
                : h == 0 ? xt * (to.Alpha / from.Alpha)
                : Advance(xt, from, to, h);
        }

        /// <inheritdoc/>
        protected override Tensor Correct(Tensor model, NoiseLevel to)
        {
            var from = Models.LevelOf(0);
            var h = to.Lambda - from.Lambda;
            var (ofXt, ofModel, b) = method.Factors(from, to, h);
            double[] nodes = [.. Nodes(lastOrder, from.Lambda, h), 1];
            var rho = nodes.Length == 1 ? [0.5] : Interpolation.Weights(nodes, method.Moments(h, nodes.Length));
            var weights = ByModel(ofModel, b, nodes, rho);
            return Models.AddTo(Data * ofXt, weights[..^1]).add_(model, alpha: weights[^1]);
        }

        private int OrderOf(NoiseLevel to, double h)
        {
            var left = method.LowerOrderFinal && Left is { } steps ? steps : method.Order;
            return to.IsClean || h == 0 ? 1 : Math.Max(1, Models.Usable(Math.Min(method.Order, left)));
        }

        private Tensor Advance(Tensor xt, NoiseLevel from, NoiseLevel to, double h)
        {
            var (ofXt, ofModel, b) = method.Factors(from, to, h);
            var nodes = Nodes(lastOrder, from.Lambda, h);

            // With one node the condition is met up to O(h) by ½, and the paper and its code take that.
            var rho = nodes.Length == 1 ? [0.5] : Interpolation.Weights(nodes, method.Moments(h, nodes.Length));
            return Models.AddTo(xt * ofXt, ByModel(ofModel, b, nodes, rho));
        }

        /// <summary>Where the older models lie, in units of h from the newest.</summary>
        private double[] Nodes(int order, double now, double h) =>
            [.. Enumerable.Range(1, order - 1).Select(age => (Models.LevelOf(age).Lambda - now) / h)];

        /// <summary>The weights of the newest model and of those at the nodes, from those of their divided differences.</summary>
        private static double[] ByModel(double ofModel, double b, double[] nodes, double[] rho)
        {
            var others = nodes.Zip(rho, (node, weight) => b * weight / node).ToArray();
            return [ofModel - others.Sum(), .. others];
        }
    }
}
