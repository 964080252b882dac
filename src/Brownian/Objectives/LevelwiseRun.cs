using static TorchSharp.torch;

namespace Brownian.Objectives;

/// <summary>The loss of samples at given levels with given noise, [N].</summary>
/// <param name="x0">Data, [N, …], in [−1, 1]; borrowed.</param>
/// <param name="condition">What the network is told about the data.</param>
/// <param name="levels">N noise levels.</param>
/// <param name="epsilon">Standard normal noise, [N, …]; borrowed.</param>
public delegate Tensor LevelwiseLoss(Tensor x0, Condition? condition, IReadOnlyList<NoiseLevel> levels, Tensor epsilon);

/// <summary>The run of an objective that is a function of level and noise alone: the levels may be drawn by what was learned from losses.</summary>
/// <param name="levels">Draws the levels; owned.</param>
/// <param name="stratified">See <see cref="TimeDistribution.Draw"/>.</param>
/// <param name="loss">The objective.</param>
public sealed class LevelwiseRun(LevelSampler levels, bool stratified, LevelwiseLoss loss) : ObjectiveRun
{
    /// <inheritdoc/>
    public override IReadOnlyList<(string Name, Tensor Tensor)> State => levels.State;

    /// <inheritdoc/>
    public override ObjectiveDraw Draw(Tensor x0, RandomStream random, ObjectiveMoment moment)
    {
        var (drawn, weights) = levels.Draw(checked((int)x0.size(0)), random, stratified);
        return new(drawn, random.NormalLike(x0), weights);
    }

    /// <inheritdoc/>
    public override Tensor Evaluate(Tensor x0, Condition? condition, ObjectiveDraw draw) => loss(x0, condition, draw.Levels, draw.Noise);

    /// <inheritdoc/>
    public override void Observe(ObjectiveDraw draw, IReadOnlyList<float> losses) => levels.Observe(draw.Levels, losses);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            levels.Dispose();
        }
    }
}
