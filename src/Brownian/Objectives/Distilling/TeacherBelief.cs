using static TorchSharp.torch;

namespace Brownian.Objectives;

/// <summary>What a teacher believes of a batch in which every sample has a level of its own, with guidance if it was asked for.</summary>
internal sealed class TeacherBelief
{
    private readonly DiffusionModel model;
    private readonly double guidance;
    private readonly long? anyLabel;

    /// <param name="model">The teacher; its network is put into evaluation mode.</param>
    /// <param name="guidance">Scale of classifier-free guidance, 1 for none.</param>
    /// <param name="anyLabel">The label that means "any class"; needed for guidance.</param>
    public TeacherBelief(DiffusionModel model, double guidance, long? anyLabel)
    {
        (this.model, this.guidance, this.anyLabel) = (model, guidance, anyLabel);
        model.Network.eval();
    }

    /// <summary>x̂0 and ε̂, [N, …], without gradients; they belong to the caller's dispose scope.</summary>
    public Denoised Of(Tensor xt, NoiseLevels at, Condition? condition)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var belief = Read(xt, at, condition);
        if (guidance != 1 && condition?.Labels is { } labels)
        {
            var free = Read(xt, at, condition with { Labels = full_like(labels, anyLabel!.Value) });
            belief = new(free.X0.lerp(belief.X0, guidance), free.Epsilon.lerp(belief.Epsilon, guidance));
        }

        return new Denoised(belief.X0, belief.Epsilon).MoveToOuterScope();
    }

    private Denoised Read(Tensor xt, NoiseLevels at, Condition? condition) => model.Read(model.Output(xt, at, condition), xt, at);
}
