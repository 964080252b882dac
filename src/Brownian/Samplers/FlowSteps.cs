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

    /// <summary>
    /// Heun's method with churn as in diffusers' FlowMatchHeunDiscreteScheduler, for reproducing its numbers: σ grows and the signal stays, which leaves the
    /// path; the first slope is that of the data without the noise, times σ before and divided by σ after it. Rectified flow only.
    /// </summary>
    public bool AsDiffusers { get; init; }

    /// <summary>The method of order 2 whose second slope is taken <paramref name="alpha"/> of the step ahead: ½ midpoint, ⅔ Ralston, 1 Heun.</summary>
    /// <param name="alpha">In (0, 1].</param>
    public static ButcherTableau SecondOrder(double alpha) => alpha is > 0 and <= 1
        ? new($"order 2 with α = {alpha}", 2, [[], [alpha]], [1 - 1 / (2 * alpha), 1 / (2 * alpha)])
        : throw new ArgumentOutOfRangeException(nameof(alpha), alpha, "method of order 2: expected α in (0, 1].");

    /// <inheritdoc/>
    protected override Tensor Step(SamplingRun run, Tensor xt, NoiseLevel from, NoiseLevel to)
    {
        if (AsDiffusers && Churn is not null)
        {
            return OffThePath(run, Churn, xt, from, to);
        }

        var (noisy, at) = Churn?.Apply(xt, from, run.Schedule, run.Noise) ?? (xt, from);
        var flow = new ProbabilityFlowOde(run.Denoiser, run.Schedule.Path, FlowClock.PathTime);
        return flow.Carry(new FixedSteps(to.IsClean ? ButcherTableau.Euler : Tableau), noisy, at, to).State;
    }

    private static Tensor OffThePath(SamplingRun run, Churn churn, Tensor xt, NoiseLevel from, NoiseLevel to)
    {
        // It counts calls and not steps.
        var calls = 2 * run.Schedule.Steps - 1;
        var within = from.Sigma >= churn.From && from.Sigma <= churn.To;
        var raised = from.Sigma * (1 + (within ? Math.Min(churn.Amount / calls, Math.Sqrt(2) - 1) : 0));
        var first = Velocity(run.Denoiser.Denoise(xt, from)).mul_(from.Sigma / raised);
        var noisy = xt;
        if (raised > from.Sigma)
        {
            noisy = xt.add(run.Noise.NormalLike(xt), alpha: churn.NoiseScale * Math.Sqrt(raised * raised - from.Sigma * from.Sigma));
        }

        var length = to.Sigma - raised;
        var trial = noisy.add(first, alpha: length);
        if (to.IsClean)
        {
            return trial;
        }

        var second = Velocity(run.Denoiser.Denoise(trial, to));
        if (raised > from.Sigma)
        {
            // Drawn in the second call too, and not used.
            using var unused = run.Noise.NormalLike(xt);
        }

        return noisy.add(first.add_(second), alpha: length / 2);
    }

    private static Tensor Velocity(Denoised belief) => belief.Epsilon - belief.X0;
}
