using Brownian.Objectives;
using Brownian.Paths;
using Brownian.Samplers;
using Brownian.Spacing;
using static TorchSharp.torch;

namespace Brownian.Likelihood;

/// <summary>
/// How many bits a chain of Gaussian steps needs at most for an image, term by term (Ho et al. 2020, eq. 5; Nichol and Dhariwal 2021):
/// the prior, each step, and the last step as a decoder of 8-bit pixels. The expectation over noise is estimated with one draw a step.
/// </summary>
/// <param name="denoiser">
/// The belief. Wrap it in <see cref="Guidance.Thresholded"/> if x̂0 shall stay in [−1, 1], as published bits per dimension have it.
/// </param>
/// <param name="schedule">The chain's levels: all of a discrete path, or some of them (which is another, weaker model). It ends at clean data.</param>
public sealed class VariationalBound(IDenoiser denoiser, NoiseSchedule schedule)
{
    private readonly ReverseChain chain = new(schedule);

    /// <summary>The variance of the model's steps; null for the learned one where the network has one, and β̃ otherwise.</summary>
    public ReverseVariance? Variance { get; init; }

    /// <summary>The number of steps, which is the number of network calls.</summary>
    public int Steps => chain.Count;

    /// <summary>The bound of each image.</summary>
    /// <param name="x0">Images, [N, …], in [−1, 1], grey levels of 8 bits; borrowed.</param>
    /// <param name="noise">Drawn from once a step, the noisiest first.</param>
    /// <param name="onStep">Called after each step with its number from 1 and the number of steps.</param>
    /// <param name="cancellation">Checked before each step.</param>
    /// <returns>N results.</returns>
    /// <exception cref="ArgumentException">The variance is to be learned, and the network has none.</exception>
    public IReadOnlyList<BoundTerms> Evaluate(
        Tensor x0, INoise noise, Action<int, int>? onStep = null, CancellationToken cancellation = default)
    {
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        var prior = Numbers(VariationalTerm.PriorBits(chain[0].From, schedule.Path.StartScale(chain[0].From), x0));
        var terms = new (double[] Bits, double[] X0, double[] Epsilon)[Steps];
        for (var i = 0; i < Steps; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            terms[i] = Term(chain[i], x0, noise);
            onStep?.Invoke(i + 1, Steps);
        }

        return
        [
            .. prior.Select((bits, n) => new BoundTerms(
                bits, [.. terms.Select(t => t.Bits[n])], [.. terms.Select(t => t.X0[n])], [.. terms.Select(t => t.Epsilon[n])])),
        ];
    }

    private (double[] Bits, double[] X0, double[] Epsilon) Term(ChainStep step, Tensor x0, INoise noise)
    {
        using var scope = NewDisposeScope();
        var epsilon = noise.NormalLike(x0);
        var xt = x0 * step.From.Alpha + epsilon * step.From.Sigma;
        var belief = denoiser.Denoise(xt, step.From);
        var variance = Variance ?? (belief.VarianceMix is null ? ReverseVariance.Smallest : ReverseVariance.Learned);
        var steps = Enumerable.Repeat(step, (int)x0.size(0)).ToArray();
        return (
            Numbers(VariationalTerm.Bits(steps, x0, belief, variance)),
            Numbers((belief.X0 - x0).square().flatten(1).mean([1])),
            Numbers((belief.Epsilon - epsilon).square().flatten(1).mean([1])));
    }

    private static double[] Numbers(Tensor values) => values.to(ScalarType.Float64).cpu().data<double>().ToArray();
}
