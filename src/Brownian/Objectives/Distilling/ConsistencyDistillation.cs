using static TorchSharp.torch;

namespace Brownian.Objectives;

/// <summary>
/// Consistency distillation (Song et al. 2023, Algorithm 2): the next level of a trajectory is where the teacher's probability flow goes.
/// </summary>
public sealed record ConsistencyDistillation : ConsistencyObjective
{
    /// <summary>Distillation over 18 steps, as in the paper, and all of them visited equally often.</summary>
    /// <remarks>
    /// The paper weighs all pairs the same; then the wide gaps at high noise, whose targets are wrong until all below them are right, drown the
    /// close ones. By the inverse of the gap the error of one step on a plane is a third after as many updates.
    /// </remarks>
    public ConsistencyDistillation() => (FirstSteps, LastSteps, Weight) = (18, 18, ConsistencyWeight.Gap);

    /// <summary>Order of the teacher's step: 1 Euler (DDIM), 2 Heun, which asks it twice.</summary>
    public int Order { get; init; } = 2;

    /// <summary>Scale of the teacher's classifier-free guidance, which the student then has built in; 1 for none.</summary>
    public double Guidance { get; init; } = 1;

    /// <summary>The label that means "any class"; needed for guidance.</summary>
    public long? AnyLabel { get; init; }

    /// <inheritdoc/>
    public override ObjectiveRun Start(DiffusionModel model, DiffusionModel? teacher = null)
    {
        Check(model);
        if (Order is not (1 or 2))
        {
            throw new ArgumentException($"objective.order: expected 1 (Euler) or 2 (Heun); got {Order}.");
        }

        var belief = Distillation.Teacher(teacher, Guidance, AnyLabel, "consistency distillation");
        return new ConsistencyRun(this, model, (pair, condition) => Next(belief, pair, condition));
    }

    /// <remarks>
    /// With y = x/α and s = σ/α the flow is dy/ds = ε̂. Heun's step y + (s′ − s)·(ε̂ + ε̂′)/2, multiplied out by α′ so that no infinite s remains
    /// but in the difference of the two beliefs. A step to clean data is Euler's: there the belief is the data whatever ε̂ is.
    /// </remarks>
    private Tensor Next(TeacherBelief teacher, ConsistencyPair pair, Condition? condition)
    {
        var (from, to) = (pair.From, pair.To);
        var first = teacher.Of(pair.Xt, from, condition);
        var euler = to.Alpha * first.X0 + to.Sigma * first.Epsilon;
        if (Order == 1)
        {
            return euler;
        }

        var second = teacher.Of(euler, to, condition);
        var change = (second.Epsilon - first.Epsilon) / 2;
        var heun = euler + (to.Sigma - to.Alpha * from.Sigma / Denoised.OrInfinity(from.Alpha)) * change;
        return heun.where(to.Sigma.gt(0).logical_and(from.Alpha.gt(0)), euler);
    }
}
