using Brownian.Spacing;
using static TorchSharp.torch;

namespace Brownian.Objectives;

/// <summary>Data at one level of a trajectory, and the level to which they shall go; one of each a sample.</summary>
internal sealed record ConsistencyPair(Tensor X0, Tensor Noise, Tensor Xt, NoiseLevels From, NoiseLevels To);

/// <summary>A <see cref="ConsistencyObjective"/> at work.</summary>
/// <param name="objective">What is minimised.</param>
/// <param name="model">The model to train.</param>
/// <param name="next">Where a pair's data are at its second level, [N, …]; called without gradients.</param>
internal sealed class ConsistencyRun(
    ConsistencyObjective objective, DiffusionModel model, Func<ConsistencyPair, Condition?, Tensor> next) : ObjectiveRun
{
    private NoiseSchedule schedule = SpacingCatalog.Find(objective.Spacing).Levels(model.Path, objective.FirstSteps);
    private double[]? cumulative;

    public override ObjectiveDraw Draw(Tensor x0, RandomStream random, ObjectiveMoment moment)
    {
        var steps = objective.StepsAt(moment.Progress);
        if (cumulative is null || schedule.Steps != steps)
        {
            schedule = SpacingCatalog.Find(objective.Spacing).Levels(model.Path, steps);
            cumulative = Cumulative();
        }

        var indices = Distillation.Indices(cumulative, checked((int)x0.size(0)), random);
        return new ConsistencyDraw(
            [.. indices.Select(i => schedule[i])], random.NormalLike(x0), [.. indices.Select(i => schedule[i + 1])], random.NextBits());
    }

    public override Tensor Evaluate(Tensor x0, Condition? condition, ObjectiveDraw draw)
    {
        using var scope = NewDisposeScope();
        var drawn = (ConsistencyDraw)draw;
        var (from, to) = (Distillation.Tensors(schedule, drawn.Levels, x0), Distillation.Tensors(schedule, drawn.Next, x0));
        var pair = new ConsistencyPair(x0, drawn.Noise, from.Alpha * x0 + from.Sigma * drawn.Noise, from, to);
        Tensor target;
        using (no_grad())
        {
            target = Belief(next(pair, condition), to, condition, drawn.DropoutKey);
        }

        var difference = Belief(pair.Xt, from, condition, drawn.DropoutKey) - target;
        var c = objective.HuberScale * Math.Sqrt(x0.numel() / x0.size(0));
        var distance = (difference.square().flatten(1).sum(1) + c * c).sqrt() - c;
        return (distance * tensor(Factors(drawn), dtype: distance.dtype, device: distance.device)).MoveToOuterDisposeScope();
    }

    // Both sides of a pair drop the same features (Song and Dhariwal 2024, section 3.1).
    private Tensor Belief(Tensor xt, NoiseLevels at, Condition? condition, ulong dropoutKey)
    {
        using var dropout = new RandomStream(dropoutKey);
        var before = model.Network.DropoutNoise;
        model.Network.DropoutNoise = before is null ? null : dropout;
        var belief = model.Read(model.Output(xt, at, condition), xt, at).X0;
        model.Network.DropoutNoise = before;
        return belief;
    }

    private double[] Factors(ConsistencyDraw draw) => objective.Weight == ConsistencyWeight.Uniform
        ? [.. draw.Levels.Select(_ => 1.0)]
        : [.. draw.Levels.Zip(draw.Next, (from, to) => 1 / Gap(from, to))];

    private static double Gap(NoiseLevel from, NoiseLevel to) =>
        from.IsPureNoise ? Math.Max(1, to.NoiseToSignal) : from.NoiseToSignal - to.NoiseToSignal;

    /// <summary>Sums of the probabilities of the steps; the last is their total.</summary>
    private double[] Cumulative()
    {
        var sum = 0.0;
        return [.. Enumerable.Range(0, schedule.Steps).Select(i => sum += Probability(schedule[i], schedule[i + 1]))];
    }

    private double Probability(NoiseLevel from, NoiseLevel to) => objective.LogMean is { } mean
        ? NormalQuantile.Distribution((Math.Log(Ratio(from)) - mean) / objective.LogStd) - NormalQuantile.Distribution((Math.Log(Ratio(to)) - mean) / objective.LogStd)
        : 1;

    /// <summary>σ/α, where pure noise has a large number instead of infinity.</summary>
    private static double Ratio(NoiseLevel level) => Math.Min(level.NoiseToSignal, 1e6);
}
