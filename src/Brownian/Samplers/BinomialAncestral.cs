using Brownian.Paths;
using static TorchSharp.torch;

namespace Brownian.Samplers;

/// <summary>
/// The reverse chain of binomial diffusion (Sohl-Dickstein et al. 2015): each bit, −1 or +1, is drawn from q(x_to | x_from, x0) averaged over
/// the belief about x0, <c>P(x_to = +1) = (1 + OfX0·x̂0 + OfXt·x_from)/2</c>. It starts from fair coins, whatever noise it is given.
/// </summary>
public sealed record BinomialAncestral : OneStepSampler
{
    /// <summary>Another distribution that every step is multiplied with, for inpainting; null for none.</summary>
    public ISecondDistribution? Times { get; init; }

    /// <inheritdoc/>
    public override bool IsForBits => true;

    /// <inheritdoc/>
    protected override Tensor Step(SamplingRun run, Tensor xt, NoiseLevel from, NoiseLevel to)
    {
        // The first step gets Gaussian noise, whose signs are fair coins; afterwards the data are bits and their own signs.
        var bits = xt.lt(0).to(xt.dtype).mul_(-2).add_(1);
        var posterior = Posterior.Between(from, to);
        var mean = (run.Denoiser.Denoise(bits, from).X0 * posterior.OfX0).add_(bits, alpha: posterior.OfXt);
        return BernoulliPath.Draw(Times?.TimesBits(mean, to) ?? mean, run.Noise.NormalLike(xt));
    }
}
