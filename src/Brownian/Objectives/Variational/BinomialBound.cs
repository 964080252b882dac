using Brownian.Parameterizations;
using Brownian.Paths;
using static TorchSharp.torch;

namespace Brownian.Objectives;

/// <summary>
/// The variational bound of binomial diffusion (Sohl-Dickstein et al. 2015, eq. 14): what the reverse chain needs to describe an image of
/// bits, as a sum over steps of KL(q(x_to | x_from, x0) ‖ p(x_to | x_from)), the last of them −log p(x0 | x_1). Training draws one step an
/// image and counts it as often as the path has steps.
/// </summary>
public sealed record BinomialBound : Objective
{
    /// <summary>Which steps are drawn.</summary>
    public TimeDistribution Times { get; init; } = new UniformStep();

    /// <summary>Whether the steps of a batch are spread evenly, see <see cref="TimeDistribution.Draw"/>.</summary>
    public bool Stratified { get; init; } = true;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The model is not one of bits.</exception>
    public override ObjectiveRun Start(DiffusionModel model, DiffusionModel? teacher = null)
    {
        var path = model.Path as BernoulliPath ?? throw new ArgumentException(
            $"binomial bound: expected a path of kind bernoulli; got {model.Path.GetType().Name}. Set path to bernoulli, or choose another objective.", nameof(model));
        if (model.Parameterization is not PredictBit)
        {
            throw new ArgumentException(
                $"binomial bound: expected an output of kind bit; got {model.Parameterization.GetType().Name}. Set output to bit.", nameof(model));
        }

        return new LevelwiseRun(Times.Start(path), Stratified, (x0, condition, levels, normal) => Evaluate(model, path, x0, condition, levels, normal));
    }

    /// <summary>The bound's step that starts at each level, times the number of steps, and the prior: an estimate of the whole bound.</summary>
    /// <param name="model">The network, which predicts bits.</param>
    /// <param name="path">Its path.</param>
    /// <param name="x0">Images, [N, …]; what is above 0 counts as +1, the rest as −1.</param>
    /// <param name="condition">What the network is told.</param>
    /// <param name="levels">Steps of the path, N of them.</param>
    /// <param name="normal">Standard normal noise, [N, …].</param>
    /// <returns>Nats a pixel, [N], float32.</returns>
    public static Tensor Evaluate(
        DiffusionModel model, BernoulliPath path, Tensor x0, Condition? condition, IReadOnlyList<NoiseLevel> levels, Tensor normal)
    {
        using var scope = NewDisposeScope();
        var bits = BitsOf(x0);
        var from = NoiseLevels.PerSample(levels, bits);
        var xt = BernoulliPath.Diffuse(bits, from, normal);

        // In float64, so that a pixel of which the network is sure to 1e-12 still has a finite logarithm.
        var belief = model.Read(model.Output(xt, from, condition).to(ScalarType.Float64), xt, from).X0;
        var to = levels.Select(level => path.At(level.Time - 1)).ToArray();
        var terms = Divergence(belief, bits.to(ScalarType.Float64), xt.to(ScalarType.Float64), levels, to);
        return (terms.mul_(path.Count).flatten(1).mean([1]) + Prior(path)).to(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    /// <summary>KL(q(x_to | x_from, x0) ‖ p(x_to | x_from)) of each bit; where <paramref name="to"/> is clean data, −log p(x0 | x_from).</summary>
    /// <param name="belief">E[x0 | x_from], [N, …] in [−1, 1].</param>
    /// <param name="x0">Bits, [N, …].</param>
    /// <param name="xt">Bits at <paramref name="from"/>, [N, …].</param>
    /// <param name="from">The noisier levels, N of them.</param>
    /// <param name="to">The cleaner levels, N of them.</param>
    /// <returns>Nats, [N, …].</returns>
    public static Tensor Divergence(Tensor belief, Tensor x0, Tensor xt, IReadOnlyList<NoiseLevel> from, IReadOnlyList<NoiseLevel> to)
    {
        using var scope = NewDisposeScope();
        var step = BitMixture.Between(from, to, x0);
        var truth = step.Probability(x0, xt);
        var model = step.Probability(belief, xt);
        var (not, notModel) = (step.Probability(-x0, -xt), step.Probability(-belief, -xt));
        return (Term(truth, model) + Term(not, notModel)).MoveToOuterDisposeScope();

        static Tensor Term(Tensor q, Tensor p) => q.xlogy(q) - q.xlogy(p.clamp_min(1e-30));
    }

    /// <summary>KL(q(x_T | x0) ‖ fair coins), nats a bit: 0 for a path that ends in pure noise.</summary>
    public static double Prior(BernoulliPath path)
    {
        var alpha = path.Noisiest.Alpha;
        return ((1 + alpha) * double.LogP1(alpha) + (1 - alpha) * (alpha < 1 ? double.LogP1(-alpha) : 0)) / 2;
    }

    /// <summary>−1 or +1 for each pixel, [N, …], of <paramref name="x"/>'s type.</summary>
    public static Tensor BitsOf(Tensor x)
    {
        using var positive = x.gt(0);
        return positive.to(x.dtype).mul_(2).sub_(1);
    }
}
