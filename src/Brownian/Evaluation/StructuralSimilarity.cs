using static TorchSharp.torch;

namespace Brownian.Evaluation;

/// <summary>
/// SSIM (Wang et al. 2004, eq. 13), in float64: how alike two images are in brightness, contrast and structure, in [−1, 1], 1 for equal images.
/// The mean over all windows that lie wholly inside the image and over channels.
/// </summary>
/// <remarks>
/// The defaults are scikit-image's. The paper, and most published numbers, are <see cref="Wang"/>; papers on super-resolution measure it on grey
/// values. Say which one a number is.
/// </remarks>
public sealed record StructuralSimilarity
{
    /// <summary>Gaussian windows of σ = 1.5 pixels and 11 × 11 pixels, and variances with the number of pixels in the denominator: the paper's.</summary>
    public static StructuralSimilarity Wang { get; } = new() { IsGaussian = true, SampleCovariance = false };

    /// <summary>Whether windows are Gaussian rather than uniform.</summary>
    public bool IsGaussian { get; init; }

    /// <summary>σ of Gaussian windows, in pixels. They end at 3.5σ.</summary>
    public double Sigma { get; init; } = 1.5;

    /// <summary>The side of the window in pixels, odd; 7, or what a Gaussian one has, when null. Of a Gaussian window it only says what is cut off at the border.</summary>
    public int? WindowSize { get; init; }

    /// <summary>Whether variances have one pixel less than the window in their denominator.</summary>
    public bool SampleCovariance { get; init; } = true;

    /// <summary>K1, in units of the range: keeps dark windows from dividing by 0.</summary>
    public double K1 { get; init; } = 0.01;

    /// <summary>K2, in units of the range: keeps flat windows from dividing by 0.</summary>
    public double K2 { get; init; } = 0.03;

    private int GaussianRadius => (int)(3.5 * Sigma + 0.5);

    private int Side => WindowSize ?? (IsGaussian ? 2 * GaussianRadius + 1 : 7);

    /// <summary>The SSIM of each pair of images.</summary>
    /// <param name="images">[N, C, H, W].</param>
    /// <param name="reference">[N, C, H, W].</param>
    /// <param name="range">The distance between black and white: 255 for bytes, 2 for images in [−1, 1].</param>
    /// <exception cref="ArgumentException">The images have different shapes, or are smaller than a window.</exception>
    public double[] Of(Tensor images, Tensor reference, double range)
    {
        Check(images, reference, range);
        using var scope = NewDisposeScope();
        var (a, b) = (ImagePair.Exact(images).data<double>().ToArray(), ImagePair.Exact(reference).data<double>().ToArray());
        var (channels, height, width) = ((int)images.size(1), (int)images.size(2), (int)images.size(3));
        return [.. Enumerable.Range(0, (int)images.size(0)).Select(n => Enumerable.Range(0, channels).Average(c =>
        {
            var plane = new Range((n * channels + c) * height * width, (n * channels + c + 1) * height * width);
            return Inside(OfPlane(a[plane], b[plane], height, width, range), height, width);
        }))];
    }

    /// <summary>The SSIM around each pixel, [N, C, H, W] float64; images are mirrored at their borders.</summary>
    /// <inheritdoc cref="Of"/>
    public Tensor Map(Tensor images, Tensor reference, double range)
    {
        Check(images, reference, range);
        using var scope = NewDisposeScope();
        var (a, b) = (ImagePair.Exact(images).data<double>().ToArray(), ImagePair.Exact(reference).data<double>().ToArray());
        var (height, width) = ((int)images.size(2), (int)images.size(3));
        var map = Enumerable.Range(0, a.Length / (height * width)).SelectMany(i =>
        {
            var plane = new Range(i * height * width, (i + 1) * height * width);
            return OfPlane(a[plane], b[plane], height, width, range);
        });
        return tensor(map.ToArray()).reshape(images.shape).MoveToOuterDisposeScope();
    }

    private double[] OfPlane(double[] a, double[] b, int height, int width, double range)
    {
        var window = new SeparableWindow(IsGaussian ? SeparableWindow.Gaussian(Sigma, GaussianRadius) : SeparableWindow.Uniform(Side), height, width);
        double count = Side * Side;
        var correction = SampleCovariance ? count / (count - 1) : 1;
        var (c1, c2) = (K1 * range * (K1 * range), K2 * range * (K2 * range));
        var (meanA, meanB) = (window.Mean(a), window.Mean(b));
        var (meanAA, meanBB, meanAB) = (window.Mean(Product(a, a)), window.Mean(Product(b, b)), window.Mean(Product(a, b)));
        var map = new double[a.Length];
        for (var i = 0; i < map.Length; i++)
        {
            var (ma, mb) = (meanA[i], meanB[i]);
            var (va, vb, vab) = (correction * (meanAA[i] - ma * ma), correction * (meanBB[i] - mb * mb), correction * (meanAB[i] - ma * mb));
            map[i] = (2 * ma * mb + c1) * (2 * vab + c2) / ((ma * ma + mb * mb + c1) * (va + vb + c2));
        }

        return map;
    }

    // The mean without the border that windows reach over.
    private double Inside(double[] map, int height, int width)
    {
        var border = (Side - 1) / 2;
        var sum = 0.0;
        for (var y = border; y < height - border; y++)
        {
            for (var x = border; x < width - border; x++)
            {
                sum += map[y * width + x];
            }
        }

        return sum / ((height - 2 * border) * (width - 2 * border));
    }

    private static double[] Product(double[] a, double[] b)
    {
        var product = new double[a.Length];
        for (var i = 0; i < a.Length; i++)
        {
            product[i] = a[i] * b[i];
        }

        return product;
    }

    private void Check(Tensor images, Tensor reference, double range)
    {
        ImagePair.Check(images, reference);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(range);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(Sigma);
        if (Side % 2 == 0 || Side < 3)
        {
            throw new ArgumentException($"window: expected an odd number of pixels, at least 3; got {Side}.", nameof(WindowSize));
        }

        if (Side > images.size(2) || Side > images.size(3))
        {
            throw new ArgumentException(
                $"images: expected at least {Side}×{Side} pixels, the size of the window; got {images.size(2)}×{images.size(3)}. Give larger images or a smaller window.",
                nameof(images));
        }
    }
}
