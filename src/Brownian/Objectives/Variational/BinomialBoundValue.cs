using Brownian.Paths;
using static TorchSharp.torch;

namespace Brownian.Objectives;

/// <summary>The bound of binomial diffusion term by term, in nats an image, averaged over the images.</summary>
/// <param name="Prior">KL(q(x_T | x0) ‖ fair coins).</param>
/// <param name="Steps">The term of every step, from the one that ends at clean data to the noisiest; T of them.</param>
/// <param name="Images">The whole bound of each image, N of them.</param>
public sealed record BinomialBoundValue(double Prior, IReadOnlyList<double> Steps, IReadOnlyList<double> Images)
{
    /// <summary>The bound: an average image costs at most so many nats.</summary>
    public double Total => Prior + Steps.Sum();

    /// <summary>The standard error of <see cref="Total"/> over the images; 0 for one image.</summary>
    public double StandardError
    {
        get
        {
            var mean = Images.Average();
            return Images.Count < 2 ? 0 : Math.Sqrt(Images.Sum(i => (i - mean) * (i - mean)) / (Images.Count - 1) / Images.Count);
        }
    }

    /// <summary>Evaluates every step once, each with fresh noise: an unbiased estimate of the bound.</summary>
    /// <param name="denoiser">The belief about bits.</param>
    /// <param name="path">Its path.</param>
    /// <param name="x0">Images, [N, …]; what is above 0 counts as +1, the rest as −1.</param>
    /// <param name="noise">Where the diffused bits come from.</param>
    /// <param name="cancellation">Checked before each step.</param>
    public static BinomialBoundValue Of(IDenoiser denoiser, BernoulliPath path, Tensor x0, INoise noise, CancellationToken cancellation = default)
    {
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        var bits = BinomialBound.BitsOf(x0);
        var count = (int)bits.size(0);
        var prior = BinomialBound.Prior(path) * bits.numel() / count;
        var images = Enumerable.Repeat(prior, count).ToArray();
        var steps = new double[path.Count];
        for (var step = 0; step < path.Count; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            var each = Step(denoiser, path, bits, noise, step);
            steps[step] = each.Average();
            for (var i = 0; i < count; i++)
            {
                images[i] += each[i];
            }
        }

        return new(prior, steps, images);
    }

    private static double[] Step(IDenoiser denoiser, BernoulliPath path, Tensor bits, INoise noise, int step)
    {
        using var scope = NewDisposeScope();
        var (from, to) = (path.At(step), path.At(step - 1));
        var xt = BernoulliPath.Diffuse(bits, NoiseLevels.Of(from, bits), noise.NormalLike(bits));
        var belief = denoiser.Denoise(xt, from).X0.to(ScalarType.Float64);
        var (wide, wideXt) = (bits.to(ScalarType.Float64), xt.to(ScalarType.Float64));
        var count = (int)bits.size(0);
        var terms = BinomialBound.Divergence(belief, wide, wideXt, [.. Enumerable.Repeat(from, count)], [.. Enumerable.Repeat(to, count)]);
        return terms.flatten(1).sum(1).cpu().data<double>().ToArray();
    }
}
