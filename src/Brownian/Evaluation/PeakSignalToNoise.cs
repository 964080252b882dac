using static TorchSharp.torch;

namespace Brownian.Evaluation;

/// <summary>PSNR: 10·log10(range²/mean squared error), in dB; +∞ for equal images.</summary>
public static class PeakSignalToNoise
{
    /// <summary>The PSNR of each pair of images over all pixels and channels, in float64.</summary>
    /// <param name="images">[N, C, H, W].</param>
    /// <param name="reference">[N, C, H, W].</param>
    /// <param name="range">The distance between black and white: 255 for bytes, 2 for images in [−1, 1].</param>
    /// <exception cref="ArgumentException">The images have different shapes.</exception>
    public static double[] Of(Tensor images, Tensor reference, double range)
    {
        ImagePair.Check(images, reference);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(range);
        using var scope = NewDisposeScope();
        var errors = (ImagePair.Exact(images) - ImagePair.Exact(reference)).square().flatten(1).mean([1]).data<double>();
        return [.. errors.Select(error => 10 * Math.Log10(range * range / error))];
    }
}
