using Brownian.Paths;
using static TorchSharp.torch;

namespace Brownian.Samplers;

/// <summary>
/// DDPM's ancestral sampling (Ho et al. 2020, Algorithm 2), on any path: a draw from q(x_to | x_from, x̂0). No noise is added in a step
/// that ends at clean data.
/// </summary>
/// <param name="Variance">How much noise a step adds.</param>
public sealed record Ancestral(ReverseVariance Variance = ReverseVariance.Smallest) : OneStepSampler
{
    /// <summary>The variance below which diffusers' schedulers do not go, so that its logarithm exists.</summary>
    private const double Floor = 1e-20;

    /// <summary>
    /// Coefficients in float32 and in diffusers' order, and its noise in a last step from a time above 0, for reproducing its numbers. Only
    /// for paths with α² + σ² = 1.
    /// </summary>
    public bool AsDiffusers { get; init; }

    /// <summary>With <see cref="AsDiffusers"/>, the coefficients of its UnCLIPScheduler, which takes β from the table. Discrete paths only.</summary>
    public bool TableBetas { get; init; }

    /// <summary>
    /// Steps of score_sde's ancestral predictor, for reproducing its numbers: of tables of N values, with the largest variance on the VP path and the
    /// smallest on the VE path, which are the only two it has.
    /// </summary>
    public bool AsScoreSde { get; init; }

    /// <summary>The variance where the network has learned none; null to refuse such a network if the variance is to be a learned one.</summary>
    public ReverseVariance? Otherwise { get; init; }

    /// <summary>Another distribution that every step is multiplied with, for inpainting; null for none.</summary>
    public ISecondDistribution? Times { get; init; }

    /// <inheritdoc/>
    protected override Tensor Step(SamplingRun run, Tensor xt, NoiseLevel from, NoiseLevel to)
    {
        if (AsScoreSde)
        {
            return TableStep(run, xt, from, to);
        }

        if (Times is not null)
        {
            return ProductStep(run, Times, xt, from, to);
        }

        var posterior = !AsDiffusers ? Posterior.Between(from, to)
            : TableBetas && run.Schedule.Path is DiscretePath table ? Posterior.WithTableBeta(table, from, to)
            : Posterior.InSinglePrecision(from, to);
        var belief = run.Denoiser.Denoise(xt, from);
        var next = (belief.X0 * posterior.OfX0).add_(xt, alpha: posterior.OfXt);
        if (to.IsClean && !(AsDiffusers && from.Time > 0))
        {
            return next;
        }

        var noise = run.Noise.NormalLike(xt);
        return (belief.VarianceMix is null ? Otherwise ?? Variance : Variance) switch
        {
            ReverseVariance.Smallest => next.add_(noise, alpha: Math.Sqrt(Math.Max(posterior.Variance, Floor))),
            ReverseVariance.Largest => next.add_(noise, alpha: Math.Sqrt(posterior.StepVariance)),
            ReverseVariance.Learned => next.addcmul_(noise, LearnedDeviation(Mix(belief), posterior), 1),
            ReverseVariance.Predicted => next.addcmul_(noise, Mix(belief).sqrt(), 1),
            ReverseVariance.PredictedLog => next.addcmul_(noise, Mix(belief).div(2).exp_(), 1),
            _ => throw new InvalidOperationException($"unknown variance {Variance}"),
        };
    }

    private Tensor ProductStep(SamplingRun run, ISecondDistribution other, Tensor xt, NoiseLevel from, NoiseLevel to)
    {
        var posterior = Posterior.Between(from, to);
        var belief = run.Denoiser.Denoise(xt, from);
        var mean = (belief.X0 * posterior.OfX0).add_(xt, alpha: posterior.OfXt);
        var variance = to.IsClean ? zeros_like(mean[..1]) : (belief.VarianceMix is null ? Otherwise ?? Variance : Variance) switch
        {
            ReverseVariance.Smallest => full_like(mean[..1], posterior.Variance),
            ReverseVariance.Largest => full_like(mean[..1], posterior.StepVariance),
            ReverseVariance.Learned => LearnedDeviation(Mix(belief), posterior).square(),
            ReverseVariance.PredictedLog => Mix(belief).exp(),
            _ => Mix(belief),
        };
        var (product, left) = other.TimesGaussian(mean, variance, to);
        return to.IsClean ? product : product + left.sqrt() * run.Noise.NormalLike(xt);
    }

    /// <summary>The standard deviation whose logarithm is mixed from those of the smallest and the largest, [N, …].</summary>
    /// <param name="mix">The network's mix, [N, …] in [−1, 1].</param>
    /// <param name="posterior">The step.</param>
    internal static Tensor LearnedDeviation(Tensor mix, Posterior posterior)
    {
        var low = Math.Log(Math.Max(posterior.Variance, Floor));
        var high = Math.Log(posterior.StepVariance);
        return mix.mul((high - low) / 4).add_((high + low) / 4).exp_();
    }

    private static Tensor TableStep(SamplingRun run, Tensor xt, NoiseLevel from, NoiseLevel to)
    {
        var path = ScoreSdeTable.PathOf(run);
        var step = ScoreSdeTable.Step(path, from, run.Schedule.Steps);
        var variance = path switch
        {
            VariancePreserving => step.Variance,
            VarianceExploding ve when ScoreSdeTable.Sigmas(ve, from, run.Schedule.Steps) is var (sigma, before) =>
                before * before * step.Variance / (sigma * sigma),
            _ => throw new ArgumentException(
                $"as score_sde: its ancestral predictor is for {nameof(VariancePreserving)} and {nameof(VarianceExploding)} only; got {path.GetType().Name}. "
                + "Leave out AsScoreSde."),
        };

        // (xt + G²·score)/ratio
        var next = (xt / step.Ratio).add_(run.Denoiser.Denoise(xt, from).Epsilon, alpha: -step.Variance / (step.Ratio * from.Sigma));
        return to.IsClean ? next : next.add_(run.Noise.NormalLike(xt), alpha: Math.Sqrt(variance));
    }

    private Tensor Mix(Denoised belief) => belief.VarianceMix ?? throw new ArgumentException(
        $"ancestral sampling: expected a network with a learned variance (twice as many output channels as input channels) for variance "
        + $"'{Variance}'; this one has none. Use {nameof(ReverseVariance.Smallest)} or {nameof(ReverseVariance.Largest)}.");
}
