using Brownian.Paths;

namespace Brownian.Samplers;

/// <summary>
/// Euler–Maruyama on the reverse-time SDE (Song et al. 2021, eq. 6), in the path's own time: drift and diffusion are those of the path. Weak
/// order 1. For paths in continuous time.
/// </summary>
/// <param name="Stochasticity">s ≥ 0: 1 is the reverse SDE, 0 Euler's method on the probability-flow ODE.</param>
public sealed record ReverseSde(double Stochasticity = 1) : SdeSampler(Stochasticity)
{
    /// <inheritdoc/>
    private protected override ForwardStep StepOf(SamplingRun run, NoiseLevel from, NoiseLevel to) =>
        ForwardStep.Euler(InContinuousTime(run), from.Time, from.Time - to.Time);

    /// <inheritdoc/>
    private protected override ForwardStep TableStepOf(ContinuousPath path, NoiseLevel from, int steps) =>
        ForwardStep.Euler(path, from.Time, 1.0 / steps);
}
