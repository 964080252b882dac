using static TorchSharp.torch;

namespace Brownian.Objectives;

/// <summary>
/// ‖F − target‖² in the network's own units, weighted: L_simple, EDM's loss, flow matching and denoising score matching are all this
/// with another row of path, parameterization, times and weight.
/// </summary>
/// <param name="Times">Which levels are visited.</param>
/// <param name="Weight">How much each counts.</param>
public sealed record DenoisingObjective(TimeDistribution Times, LossWeight Weight) : Objective
{
    /// <summary>Whether the levels of a batch are spread evenly over the distribution, see <see cref="TimeDistribution.Draw"/>.</summary>
    public bool Stratified { get; init; } = true;

    /// <summary>How the errors of a sample's elements become one number.</summary>
    public LossReduction Reduction { get; init; }

    /// <inheritdoc/>
    public override ObjectiveRun Start(DiffusionModel model, DiffusionModel? teacher = null) => new LevelwiseRun(
        Times.Start(model.Path), Stratified, (x0, condition, levels, epsilon) => Evaluate(model, x0, condition, levels, epsilon));

    /// <summary>Noises a batch at random levels and measures the network's error.</summary>
    /// <param name="model">The network and what its output means.</param>
    /// <param name="x0">Data, [N, …], in [−1, 1]; borrowed.</param>
    /// <param name="condition">What the network is told about the data.</param>
    /// <param name="random">Where levels and noise come from.</param>
    /// <returns>The loss of each sample and the levels they were noised to.</returns>
    public ObjectiveValue Evaluate(DiffusionModel model, Tensor x0, Condition? condition, RandomStream random)
    {
        var levels = Times.Draw(model.Path, checked((int)x0.size(0)), random, Stratified);
        using var epsilon = random.NormalLike(x0);
        return new(Evaluate(model, x0, condition, levels, epsilon), levels);
    }

    /// <summary>The error at given levels with given noise.</summary>
    /// <param name="model">The network and what its output means.</param>
    /// <param name="x0">Data, [N, …], in [−1, 1]; borrowed.</param>
    /// <param name="condition">What the network is told about the data.</param>
    /// <param name="levels">N noise levels, one a sample.</param>
    /// <param name="epsilon">Standard normal noise, [N, …]; borrowed.</param>
    /// <returns>Weighted squared error of each sample, its elements reduced as <see cref="Reduction"/> says, [N], float32.</returns>
    public Tensor Evaluate(
        DiffusionModel model, Tensor x0, Condition? condition, IReadOnlyList<NoiseLevel> levels, Tensor epsilon)
    {
        using var scope = NewDisposeScope();
        var at = NoiseLevels.PerSample(levels, x0);
        var xt = at.Alpha * x0 + at.Sigma * epsilon;
        var target = model.Parameterization.Target(x0, epsilon, at);
        var output = model.Output(xt, at, condition);

        // The second half of twice as many channels is a variance, which this loss does not train.
        output = output.size(1) == 2 * target.size(1) ? output.narrow(1, 0, target.size(1)) : output;
        var squares = (output - target).square().flatten(1);
        var loss = Reduction == LossReduction.Mean ? squares.mean([1]) : squares.sum(1) / 2;
        var factors = Weight.Factors(levels, model);
        var weighted = factors is null ? loss : loss * tensor(factors, dtype: loss.dtype, device: loss.device);
        return weighted.MoveToOuterDisposeScope();
    }
}
