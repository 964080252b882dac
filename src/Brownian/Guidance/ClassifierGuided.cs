using Brownian.Paths;
using Brownian.Samplers;
using Brownian.Spacing;
using static TorchSharp.torch;

namespace Brownian.Guidance;

/// <summary>
/// Classifier guidance (Dhariwal and Nichol 2021): the belief moves along the gradient of log p(y | xt). By default the score does
/// (their Algorithm 2), which suits every sampler.
/// </summary>
/// <remarks>
/// Clip the inner denoiser, not this one: the gradient is added after clipping, as in the reference. A learned variance stays as it is.
/// </remarks>
/// <param name="inner">The denoiser.</param>
/// <param name="classifier">∇ log p(y | xt), for example a <see cref="NoisyClassifier"/>.</param>
/// <param name="scale">s: 0 is no guidance; above 1 sharpens the classifier's opinion.</param>
public sealed class ClassifierGuided(IDenoiser inner, ILogGradient classifier, double scale) : IDenoiser
{
    private Dictionary<NoiseLevel, ChainStep>? steps;

    /// <summary>The variance of the guided sampler's steps, where their mean is guided.</summary>
    public ReverseVariance Variance { get; private init; }

    /// <summary>
    /// Guidance of the mean of ancestral steps (their Algorithm 1): it moves by Σ·s·∇ log p, Σ being the step's variance. Only for
    /// <see cref="Ancestral"/> with this variance, along this schedule.
    /// </summary>
    /// <param name="inner">The denoiser.</param>
    /// <param name="classifier">∇ log p(y | xt).</param>
    /// <param name="scale">s.</param>
    /// <param name="schedule">The levels of the run.</param>
    /// <param name="variance">The sampler's.</param>
    /// <exception cref="ArgumentException">The schedule does not end at clean data.</exception>
    public static ClassifierGuided OfMean(
        IDenoiser inner, ILogGradient classifier, double scale, NoiseSchedule schedule, ReverseVariance variance = ReverseVariance.Smallest)
    {
        var chain = new ReverseChain(schedule);
        return new(inner, classifier, scale)
        {
            Variance = variance,
            steps = Enumerable.Range(0, chain.Count).Select(i => chain[i]).ToDictionary(step => step.From),
        };
    }

    /// <inheritdoc/>
    /// <exception cref="UnsupportedLevelException">The mean is guided, and the schedule has no step from this level.</exception>
    public Denoised Denoise(Tensor xt, NoiseLevel at)
    {
        using var scope = NewDisposeScope();
        var belief = inner.Denoise(xt, at);
        var gradient = classifier.At(xt, at) * scale;
        var levels = NoiseLevels.Of(at, xt);
        var moved = steps is null
            ? Denoised.FromEpsilon(belief.Epsilon - levels.Sigma * gradient, xt, levels)
            : Denoised.FromX0(belief.X0 + Shift(belief, StepFrom(at), gradient), xt, levels);
        return (moved with { VarianceMix = belief.VarianceMix }).MoveToOuterScope();
    }

    /// <summary>By how much x0 must move so that the step's mean, OfX0·x0 + OfXt·xt, moves by Σ times the gradient.</summary>
    private Tensor Shift(Denoised belief, ChainStep step, Tensor gradient) => Variance switch
    {
        ReverseVariance.Smallest => gradient * (step.Posterior.Variance / step.Posterior.OfX0),
        _ => gradient * (Objectives.VariationalTerm.LogVariance(Enumerable.Repeat(step, (int)gradient.size(0)).ToArray(), gradient, belief, Variance).exp()
            / step.Posterior.OfX0),
    };

    private ChainStep StepFrom(NoiseLevel at) => steps!.TryGetValue(at, out var step) ? step : throw new UnsupportedLevelException(
        $"classifier guidance: the mean is guided along its schedule, which has no step from time {at.Time}. Sample with that schedule and an "
        + $"ancestral sampler, or guide the score (new {nameof(ClassifierGuided)}).");
}
