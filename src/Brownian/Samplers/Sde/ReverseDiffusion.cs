using Brownian.Paths;

namespace Brownian.Samplers;

/// <summary>
/// The reverse-diffusion sampler (Song et al. 2021, appendix E): the reverse-time SDE, discretised as the forward process is, whose step
/// between two levels is known exactly. Weak order 1. On any path.
/// </summary>
/// <param name="Stochasticity">s ≥ 0: 1 is the reverse SDE, 0 the probability-flow ODE.</param>
public sealed record ReverseDiffusion(double Stochasticity = 1) : SdeSampler(Stochasticity)
{
    /// <inheritdoc/>
    private protected override ForwardStep StepOf(SamplingRun run, NoiseLevel from, NoiseLevel to) => ForwardStep.Between(from, to);

    /// <inheritdoc/>
    private protected override ForwardStep TableStepOf(ContinuousPath path, NoiseLevel from, int steps) =>
        ScoreSdeTable.Step(path, from, steps);
}
