using Brownian.Ode;
using static TorchSharp.torch;

namespace Brownian.Samplers;

/// <summary>
/// One Runge–Kutta step of the probability flow, in the path's own time, from level to level; Euler's where it ends at clean data (Karras et al.
/// 2022, algorithm 1). On EDM's path with Heun's table it is <see cref="Heun"/>; on others it is what the paper compares that with.
/// </summary>
public sealed record FlowSteps : OneStepSampler
{
    /// <summary>The method; Heun's unless another is given.</summary>
    public ButcherTableau Tableau { get; init; } = ButcherTableau.Heun;

    /// <summary>Noise added before the steps; null for a deterministic method.</summary>
    public Churn? Churn { get; init; }

    /// <summary>The method of order 2 whose second slope is taken <paramref name="alpha"/> of the step ahead: ½ midpoint, ⅔ Ralston, 1 Heun.</summary>
    /// <param name="alpha">In (0, 1].</param>
    public static ButcherTableau SecondOrder(double alpha) => alpha is > 0 and <= 1
        ? new($"order 2 with α = {alpha}", 2, [[], [alpha]], [1 - 1 / (2 * alpha), 1 / (2 * alpha)])
        : throw new ArgumentOutOfRangeException(nameof(alpha), alpha, "method of order 2: expected α in (0, 1].");

    /// <inheritdoc/>
    protected override Tensor Step(SamplingRun run, Tensor xt, NoiseLevel from, NoiseLevel to)
    {
        var (noisy, at) = Churn?.Apply(xt, from, run.Schedule, run.Noise) ?? (xt, from);
        var flow = new ProbabilityFlowOde(run.Denoiser, run.Schedule.Path, FlowClock.PathTime);
        return flow.Carry(new FixedSteps(to.IsClean ? ButcherTableau.Euler : Tableau), noisy, at, to).State;
    }
}
