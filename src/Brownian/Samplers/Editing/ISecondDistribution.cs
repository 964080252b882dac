using static TorchSharp.torch;

namespace Brownian.Samplers;

/// <summary>
/// A second distribution r(x) over the data and its noisy versions, with which each step of a reverse chain is multiplied: sampling then
/// follows the normalised product p(x)·r(x) (Sohl-Dickstein et al. 2015, section 2.5). Inpainting and denoising are such products.
/// </summary>
public interface ISecondDistribution
{
    /// <summary>∇ log r, [N, …].</summary>
    /// <param name="x">Where, [N, …].</param>
    /// <param name="at">The level on which x stands.</param>
    Tensor LogGradient(Tensor x, NoiseLevel at);

    /// <summary>
    /// N(mean, variance)·r, normalised. Unless a distribution knows better: r is smooth over one step, so that the product shifts the mean by
    /// variance·∇ log r (the paper's eq. 21).
    /// </summary>
    /// <param name="mean">The step's mean, [N, …].</param>
    /// <param name="variance">The step's variance, [N, …] or [].</param>
    /// <param name="at">The level where the step ends.</param>
    (Tensor Mean, Tensor Variance) TimesGaussian(Tensor mean, Tensor variance, NoiseLevel at) =>
        (mean + variance * LogGradient(mean, at), variance.alias());

    /// <summary>
    /// The mean of bits of −1 and +1 whose probabilities are multiplied with r and normalised. Unless a distribution knows better: r of the two
    /// values differs by what the gradient at 0 says.
    /// </summary>
    /// <param name="mean">The step's mean, [N, …] in [−1, 1].</param>
    /// <param name="at">The level where the step ends.</param>
    Tensor TimesBits(Tensor mean, NoiseLevel at)
    {
        using var scope = NewDisposeScope();
        var other = LogGradient(zeros_like(mean), at).tanh_();
        return ((mean + other) / (1 + mean * other)).MoveToOuterDisposeScope();
    }
}
