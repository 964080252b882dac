using Brownian.Spacing;

namespace Brownian.Objectives;

/// <summary>
/// One round of progressive distillation (Salimans and Ho 2022, Algorithm 2): a step of the student does what two DDIM steps of the teacher
/// do. The student of one round is the teacher of the next, which has half the steps.
/// </summary>
/// <param name="Steps">The student's steps, N ≥ 1; the teacher takes 2N.</param>
public sealed record ProgressiveDistillation(int Steps = 4) : Objective
{
    /// <summary>The levels of both, see <see cref="SpacingCatalog"/>: every second level of 2N steps must be one of N steps.</summary>
    public string Spacing { get; init; } = "trailing";

    /// <summary>Scale of the teacher's classifier-free guidance, which the student then has built in; 1 for none. For the first round.</summary>
    public double Guidance { get; init; } = 1;

    /// <summary>The label that means "any class"; needed for guidance.</summary>
    public long? AnyLabel { get; init; }

    /// <inheritdoc/>
    public override ObjectiveRun Start(DiffusionModel model, DiffusionModel? teacher = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Steps, 1);
        Distillation.CheckReadable(model, "progressive distillation");
        var belief = Distillation.Teacher(teacher, Guidance, AnyLabel, "progressive distillation");
        var spacing = SpacingCatalog.Find(Spacing);
        var (own, teachers) = (spacing.Levels(model.Path, Steps), spacing.Levels(model.Path, 2 * Steps));
        return Enumerable.Range(0, Steps + 1).All(i => Same(own[i], teachers[2 * i]))
            ? new ProgressiveRun(model, belief, teachers)
            : throw new ArgumentException(
                $"objective.spacing: every second level of {2 * Steps} {Spacing} steps must be one of {Steps} steps, and is not. "
                + "Use trailing or karras-trailing, and numbers of steps that divide the path's.");
    }

    private static bool Same(NoiseLevel a, NoiseLevel b) =>
        Math.Abs(a.Alpha - b.Alpha) <= 1e-9 && Math.Abs(a.Sigma - b.Sigma) <= 1e-9 * Math.Max(1, a.Sigma);
}
