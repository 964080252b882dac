using Brownian.Paths;
using static TorchSharp.torch;

namespace Brownian.Samplers;

/// <summary>
/// A method that solves the reverse-time SDE, or one of the family with the same marginals,
/// <c>dx = (f·x − ½(1 + s²)·g²·score) dt + s·g dw</c> (Song et al. 2021, eq. 6 and 13). A step that ends at clean data is the expected data, without
/// noise (Jolicoeur-Martineau et al. 2021).
/// </summary>
/// <param name="Stochasticity">s ≥ 0: 1 is the reverse SDE, 0 the probability-flow ODE.</param>
public abstract record SdeSampler(double Stochasticity) : OneStepSampler
{
    /// <summary>s ≥ 0.</summary>
    public double Stochasticity { get; init; } = Stochasticity >= 0
        ? Stochasticity
        : throw new ArgumentOutOfRangeException(nameof(Stochasticity), Stochasticity, "reverse SDE: expected a stochasticity of 0 (ODE), 1 (SDE) or more.");

    /// <summary>
    /// Steps as in score_sde's code, for reproducing numbers that were made so: N steps of length 1/N wherever the levels lie, and tables of N
    /// values. A step to clean data then is such a step without its noise.
    /// </summary>
    public bool AsScoreSde { get; init; }

    /// <inheritdoc/>
    protected sealed override Tensor Step(SamplingRun run, Tensor xt, NoiseLevel from, NoiseLevel to)
    {
        var belief = run.Denoiser.Denoise(xt, from);
        if (to.IsClean && !AsScoreSde)
        {
            return belief.X0.alias();
        }

        var step = AsScoreSde ? TableStepOf(ScoreSdeTable.PathOf(run), from, run.Schedule.Steps) : StepOf(run, from, to);

        // x_to ≈ x_from − (Ratio − 1)·x_from + ½(1 + s²)·Variance·score: the forward step's change, undone where it began.
        var pull = (1 + Stochasticity * Stochasticity) / 2 * step.Variance / from.Sigma;
        var next = (xt * (2 - step.Ratio)).add_(belief.Epsilon, alpha: -pull);
        return Stochasticity == 0 || to.IsClean
            ? next
            : next.add_(run.Noise.NormalLike(xt), alpha: Stochasticity * Math.Sqrt(Math.Max(0, step.Variance)));
    }

    /// <summary>The forward step from <paramref name="to"/> to <paramref name="from"/>.</summary>
    private protected abstract ForwardStep StepOf(SamplingRun run, NoiseLevel from, NoiseLevel to);

    /// <summary>The forward step of score_sde's code.</summary>
    private protected abstract ForwardStep TableStepOf(ContinuousPath path, NoiseLevel from, int steps);

    /// <summary>The path of the run, or an error that teaches.</summary>
    private protected static ContinuousPath InContinuousTime(SamplingRun run) => run.Schedule.Path as ContinuousPath ?? throw new ArgumentException(
        $"reverse SDE: expected a path in continuous time, which has a drift and a diffusion ({nameof(VariancePreserving)}, {nameof(VarianceExploding)}, "
        + $"{nameof(EdmPath)} …); got {run.Schedule.Path.GetType().Name}. Use {nameof(ReverseDiffusion)} or {nameof(Ancestral)}, which need levels only.");
}
