using Brownian.Paths;
using Brownian.Samplers;
using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Objectives;

/// <summary>
/// The terms of the variational bound in bits per dimension (Ho et al. 2020, eq. 5; Nichol and Dhariwal 2021, section 2.1): the divergence
/// of a model's step from the true one, and in the step to clean data how unlikely the 8-bit pixels are.
/// </summary>
internal static class VariationalTerm
{
    /// <summary>Half the distance between two of 256 grey levels in [−1, 1].</summary>
    private const double HalfStep = 1.0 / 255;

    /// <summary>Beyond this, a pixel is at the end of the range, and its interval is open.</summary>
    private const double Edge = 0.999;

    /// <summary>The term of each sample, [N].</summary>
    /// <param name="steps">The step of each sample.</param>
    /// <param name="x0">Data, [N, …], in [−1, 1]; grey levels where a step ends at clean data.</param>
    /// <param name="belief">What is believed where the steps begin.</param>
    /// <param name="variance">The variance of the model's steps.</param>
    /// <exception cref="ArgumentException">The variance is to be learned, and the network has none.</exception>
    public static Tensor Bits(IReadOnlyList<ChainStep> steps, Tensor x0, Denoised belief, ReverseVariance variance)
    {
        using var scope = NewDisposeScope();
        var logVariance = LogVariance(steps, x0, belief, variance);

        // Both means have the same share of xt; written so, it cannot cancel.
        var apart = Column(steps, x0, step => step.Posterior.OfX0) * (belief.X0 - x0);
        var trueLog = Column(steps, x0, step => step.LogSmallest);
        var term = (0.5 * (logVariance - trueLog - 1 + (trueLog - logVariance).exp() + apart.square() * (-logVariance).exp())).flatten(1).mean([1]);
        if (steps.Any(step => step.To.IsClean))
        {
            var decoder = -LogLikelihood(x0, belief.X0, 0.5 * logVariance).flatten(1).mean([1]);
            term = where(tensor(steps.Select(step => step.To.IsClean).ToArray(), device: x0.device), decoder, term);
        }

        return (term / Math.Log(2)).MoveToOuterDisposeScope();
    }

    /// <summary>KL(N(α·x0, σ²) ‖ N(0, scale²)) of each sample in bits per dimension, [N]: what the noise at the start still tells.</summary>
    public static Tensor PriorBits(NoiseLevel start, double scale, Tensor x0)
    {
        using var scope = NewDisposeScope();
        var (variance, prior) = (start.Sigma * start.Sigma, scale * scale);
        var square = x0.square().flatten(1).mean([1]) * (start.Alpha * start.Alpha / prior);
        return ((square + (Math.Log(prior / variance) - 1 + variance / prior)) * (0.5 / Math.Log(2))).MoveToOuterDisposeScope();
    }

    /// <summary>The logarithm of the variance of the model's steps, [N, …].</summary>
    internal static Tensor LogVariance(IReadOnlyList<ChainStep> steps, Tensor like, Denoised belief, ReverseVariance variance)
    {
        var smallest = Column(steps, like, step => step.LogSmallest);
        if (variance == ReverseVariance.Smallest)
        {
            return smallest.expand_as(like);
        }

        if (variance == ReverseVariance.Largest)
        {
            // β of the step to clean data is far too small for what the decoder does not know.
            return Column(steps, like, step => step.To.IsClean ? step.LogSmallest : step.LogLargest).expand_as(like);
        }

        var mix = belief.VarianceMix ?? throw new ArgumentException(
            $"variational bound: variance '{variance}' is learned, and the network has no learned variance (twice as many output channels as the "
            + $"data has). Train one with a variational objective, or choose {nameof(ReverseVariance.Smallest)} or {nameof(ReverseVariance.Largest)}.");
        return variance switch
        {
            ReverseVariance.Learned => smallest + (mix + 1) * 0.5 * (Column(steps, like, step => step.LogLargest) - smallest),
            ReverseVariance.Predicted => mix.log(),
            ReverseVariance.PredictedLog => mix,
            _ => throw new ArgumentOutOfRangeException(nameof(variance), variance, "not a variance"),
        };
    }

    /// <summary>One number a sample, shaped to broadcast over <paramref name="like"/>.</summary>
    internal static Tensor Column(IReadOnlyList<ChainStep> steps, Tensor like, Func<ChainStep, double> read)
    {
        long[] shape = [steps.Count, .. Enumerable.Repeat(1L, (int)like.dim() - 1)];
        return tensor(steps.Select(read).ToArray(), shape, dtype: like.dtype, device: like.device);
    }

    /// <summary>The log probability of the grey level's interval under a Gaussian, in nats, [N, …] (Ho et al. 2020, eq. 13).</summary>
    private static Tensor LogLikelihood(Tensor x, Tensor mean, Tensor logScale)
    {
        var (centred, inverse) = (x - mean, (-logScale).exp());
        var below = Cumulative(inverse * (centred + HalfStep));
        var above = Cumulative(inverse * (centred - HalfStep));
        return where(
            x < -Edge, Log(below),
            where(x > Edge, Log(1 - above), Log(below - above)));
    }

    private static Tensor Log(Tensor probability) => probability.clamp(min: 1e-12).log();

    // Φ as the published bits per dimension were computed with: an approximation by tanh, within 3e-4.
    private static Tensor Cumulative(Tensor x) => 0.5 * (1 + (Math.Sqrt(2 / Math.PI) * (x + 0.044715 * x.pow(3))).tanh());
}
