using Brownian.Spacing;
using static TorchSharp.torch;

namespace Brownian.Objectives;

/// <summary>A <see cref="ProgressiveDistillation"/> at work.</summary>
/// <param name="model">The student.</param>
/// <param name="teacher">The teacher.</param>
/// <param name="schedule">The teacher's levels, twice as many steps as the student's.</param>
internal sealed class ProgressiveRun(DiffusionModel model, TeacherBelief teacher, NoiseSchedule schedule) : ObjectiveRun
{
    private readonly double[] cumulative = [.. Enumerable.Range(1, schedule.Steps / 2).Select(i => (double)i)];

    public override ObjectiveDraw Draw(Tensor x0, RandomStream random, ObjectiveMoment moment)
    {
        var indices = Distillation.Indices(cumulative, checked((int)x0.size(0)), random);
        return new ProgressiveDraw(
            [.. indices.Select(i => schedule[2 * i])], random.NormalLike(x0),
            [.. indices.Select(i => schedule[2 * i + 1])], [.. indices.Select(i => schedule[2 * i + 2])]);
    }

    public override Tensor Evaluate(Tensor x0, Condition? condition, ObjectiveDraw draw)
    {
        using var scope = NewDisposeScope();
        var drawn = (ProgressiveDraw)draw;
        var at = Distillation.Tensors(schedule, drawn.Levels, x0);
        var xt = at.Alpha * x0 + at.Sigma * drawn.Noise;
        var target = Target(xt, at, drawn, condition);
        var error = model.Read(model.Output(xt, at, condition), xt, at).X0 - target;
        var loss = error.square().flatten(1).mean([1]);
        return (loss * tensor(Factors(drawn.Levels), dtype: loss.dtype, device: loss.device)).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The x0 from which one DDIM step goes where the teacher's two go: (x″ − (σ″/σ)·x)/(α″ − (σ″/σ)·α) (Salimans and Ho 2022, Algorithm 2).
    /// </summary>
    private Tensor Target(Tensor xt, NoiseLevels at, ProgressiveDraw drawn, Condition? condition)
    {
        using var frozen = no_grad();
        var (middle, end) = (Distillation.Tensors(schedule, drawn.Middle, xt), Distillation.Tensors(schedule, drawn.End, xt));
        var first = teacher.Of(xt, at, condition);
        var halfway = middle.Alpha * first.X0 + middle.Sigma * first.Epsilon;
        var second = teacher.Of(halfway, middle, condition);
        var reached = end.Alpha * second.X0 + end.Sigma * second.Epsilon;
        var kept = end.Sigma / at.Sigma;
        return (reached - kept * xt) / (end.Alpha - kept * at.Alpha);
    }

    /// <summary>max(α²/σ², 1), "truncated SNR" (section 4): the loss does not vanish where the data are hidden.</summary>
    private static double[] Factors(IReadOnlyList<NoiseLevel> levels) => [.. levels.Select(level => Math.Max(level.SignalToNoise, 1))];
}
