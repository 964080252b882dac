using System.Text.Json.Serialization;
using Brownian.Paths;
using Brownian.Samplers;
using static TorchSharp.torch;

namespace Brownian.Objectives;

/// <summary>
/// Improved DDPM's losses (Nichol and Dhariwal 2021, section 3): <c>Simple·L_simple + Bound·L_vlb</c>, L_vlb being the whole variational
/// bound in bits per dimension, estimated from one of its terms. The hybrid is (1, 0.001), the bound alone (0, 1).
/// </summary>
/// <param name="Times">Which steps are visited; <see cref="LossSecondMoment"/> for the bound alone.</param>
/// <param name="Simple">What the squared error of the network's output counts.</param>
/// <param name="Bound">What the bound counts: λ.</param>
/// <remarks>
/// In the hybrid the bound teaches the variance only: it sees a copy of the mean. improved-diffusion's loss types are, with T steps:
/// MSE (1, 1/T), RESCALED_MSE (1, 0.001), KL (0, 1/T), RESCALED_KL (0, 1).
/// </remarks>
public sealed record VariationalObjective(TimeDistribution Times, double Simple = 1, double Bound = 0.001) : Objective
{
    /// <summary>The variance of the model's steps.</summary>
    public ReverseVariance Variance { get; init; } = ReverseVariance.Learned;

    /// <summary>What the squared error counts at each level.</summary>
    public LossWeight Weight { get; init; } = new UniformWeight();

    /// <summary>Whether the levels of a batch are spread evenly over the distribution, see <see cref="TimeDistribution.Draw"/>.</summary>
    public bool Stratified { get; init; } = true;

    /// <inheritdoc/>
    [JsonIgnore]
    public override bool LearnsVariance => Variance is ReverseVariance.Learned or ReverseVariance.Predicted or ReverseVariance.PredictedLog;

    /// <inheritdoc/>
    public override ObjectiveRun Start(DiffusionModel model, DiffusionModel? teacher = null)
    {
        if (Simple < 0 || Bound < 0 || Simple + Bound == 0)
        {
            throw new ArgumentException($"objective: expected simple and bound not negative and not both 0; got {Simple} and {Bound}. The hybrid is 1 and 0.001.");
        }

        var chain = ChainOf(model);
        return new LevelwiseRun(
            Times.Start(model.Path), Stratified, (x0, condition, levels, epsilon) => Evaluate(model, chain, x0, condition, levels, epsilon));
    }

    /// <summary>The loss at given levels with given noise.</summary>
    /// <param name="model">The network and what its output means; its path is discrete.</param>
    /// <param name="x0">Data, [N, …], in [−1, 1], grey levels of 8 bits; borrowed.</param>
    /// <param name="condition">What the network is told about the data.</param>
    /// <param name="levels">N levels, steps of the path.</param>
    /// <param name="epsilon">Standard normal noise, [N, …]; borrowed.</param>
    /// <returns>The loss of each sample, [N], float32, differentiable.</returns>
    /// <exception cref="ArgumentException">The path is not discrete, or the network has no learned variance.</exception>
    public Tensor Evaluate(
        DiffusionModel model, Tensor x0, Condition? condition, IReadOnlyList<NoiseLevel> levels, Tensor epsilon) =>
        Evaluate(model, ChainOf(model), x0, condition, levels, epsilon);

    private Tensor Evaluate(
        DiffusionModel model, ReverseChain chain, Tensor x0, Condition? condition, IReadOnlyList<NoiseLevel> levels, Tensor epsilon)
    {
        using var scope = NewDisposeScope();
        var at = NoiseLevels.PerSample(levels, x0);
        var xt = at.Alpha * x0 + at.Sigma * epsilon;
        var output = model.Output(xt, at, condition);
        if (LearnsVariance && output.size(1) != 2 * x0.size(1))
        {
            throw new ArgumentException(
                $"objective: the variance '{Variance}' is learned by a network with {2 * x0.size(1)} output channels, twice the data's; this one has "
                + $"{output.size(1)}. Give it twice the channels, or set variance to {nameof(ReverseVariance.Smallest)} or {nameof(ReverseVariance.Largest)}.");
        }

        var mean = output.narrow(1, 0, x0.size(1));
        var loss = Bound == 0 ? null : Bound * chain.Count * BoundTerm(model, chain, x0, xt, at, levels, Simple > 0 && LearnsVariance ? Frozen(output, mean) : output);
        if (Simple > 0)
        {
            var error = (mean - model.Parameterization.Target(x0, epsilon, at)).square().flatten(1).mean([1]);
            var factors = Weight.Factors(levels, model.Parameterization);
            error = Simple * (factors is null ? error : error * tensor(factors, dtype: error.dtype, device: error.device));
            loss = loss is null ? error : loss + error;
        }

        return loss!.MoveToOuterDisposeScope();
    }

    private Tensor BoundTerm(
        DiffusionModel model, ReverseChain chain, Tensor x0, Tensor xt, NoiseLevels at, IReadOnlyList<NoiseLevel> levels, Tensor output)
    {
        var steps = levels.Select(level => chain[chain.Count - 1 - (int)level.Time]).ToArray();
        return VariationalTerm.Bits(steps, x0, model.Read(output, xt, at), Variance);
    }

    private static Tensor Frozen(Tensor output, Tensor mean) =>
        cat([mean.detach(), output.narrow(1, mean.size(1), output.size(1) - mean.size(1))], 1);

    private static ReverseChain ChainOf(DiffusionModel model) => model.Path is DiscretePath path
        ? ReverseChain.Of(path)
        : throw new ArgumentException(
            $"objective: the variational bound is a sum over the steps of a discrete path; got {model.Path.GetType().Name}. Choose a discrete path, "
            + "or the denoising objective with a likelihood from the probability flow.");
}
