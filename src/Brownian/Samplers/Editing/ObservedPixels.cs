using static TorchSharp.torch;

namespace Brownian.Samplers;

/// <summary>
/// What is known of an image, as a second distribution: at every level r is the forward process of the known pixels,
/// <c>N(α·image, (α·deviation)² + σ²)</c>, and constant elsewhere. At the end known pixels of deviation 0 are exactly the image's.
/// </summary>
/// <param name="Image">[1 or N, …], in data units; borrowed.</param>
/// <param name="Keep">Where it is known: 1; elsewhere 0. [1 or N, …] of a shape that broadcasts over the image; borrowed.</param>
/// <param name="Deviation">
/// How far the known pixels are from the truth: the standard deviation of their error, in data units. A bit that is wrong errs by 2, so bits
/// are wrong with probability deviation²/4.
/// </param>
public sealed record ObservedPixels(Tensor Image, Tensor Keep, double Deviation = 0) : ISecondDistribution
{
    /// <inheritdoc/>
    public Tensor LogGradient(Tensor x, NoiseLevel at) => (at.Alpha * Image - x).mul_(Keep).div_(Variance(at));

    /// <inheritdoc/>
    /// <remarks>The product of two Gaussians is known exactly, also where one of them has no width.</remarks>
    public (Tensor Mean, Tensor Variance) TimesGaussian(Tensor mean, Tensor variance, NoiseLevel at)
    {
        // variance/(variance + r's): how far the product goes towards r.
        var own = Variance(at);
        var weight = own == 0 ? Keep : Keep * (variance / (variance + own));
        return (mean.lerp(at.Alpha * Image + zeros_like(mean), weight + zeros_like(mean)), variance * (1 - weight));
    }

    /// <inheritdoc/>
    public Tensor TimesBits(Tensor mean, NoiseLevel at)
    {
        // Two opinions a and b about one bit, multiplied: (a + b)/(1 + ab); nothing is left to normalise where they contradict each other surely.
        var other = Image * Keep * (at.Alpha * (1 - Deviation * Deviation / 2));
        return ((mean + other) / (1 + mean * other)).nan_to_num(0);
    }

    private double Variance(NoiseLevel at) => at.Alpha * at.Alpha * Deviation * Deviation + at.Sigma * at.Sigma;
}
