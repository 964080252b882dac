using static TorchSharp.torch;

namespace Brownian.Networks.Blocks;

/// <summary>How a block without weights of its own changes the resolution by two.</summary>
public enum Resample
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>Halves: the mean of 2×2 pixels; an odd last row or column is dropped.</summary>
    AverageDown,

    /// <summary>Doubles by repetition.</summary>
    NearestUp,

    /// <summary>Halves after a low-pass, by default [1, 3, 3, 1] (Karras et al. 2019; Song et al. 2021, app. H).</summary>
    FirDown,

    /// <summary>Doubles with a low-pass, by default [1, 3, 3, 1].</summary>
    FirUp,
}

/// <summary>The arithmetic of <see cref="Resample"/>.</summary>
public static class Resampling
{
    /// <summary>The low-pass of StyleGAN2 and NCSN++.</summary>
    public static IReadOnlyList<double> DefaultKernel { get; } = [1, 3, 3, 1];

    /// <summary>[N, C, H, W] at half, the same or twice the resolution.</summary>
    /// <param name="resample">How.</param>
    /// <param name="x">[N, C, H, W].</param>
    /// <param name="kernel">The low-pass of the FIR ways, symmetric, at least two taps; [1, 3, 3, 1] when not given.</param>
    public static Tensor Apply(this Resample resample, Tensor x, IReadOnlyList<double>? kernel = null) => resample switch
    {
        Resample.None => x.alias(),
        Resample.AverageDown => nn.functional.avg_pool2d(x, [2, 2], [2, 2]),
        Resample.NearestUp => nn.functional.interpolate(x, scale_factor: [2, 2], mode: InterpolationMode.Nearest),
        Resample.FirDown => FirDown(x, kernel ?? DefaultKernel),
        Resample.FirUp => FirUp(x, kernel ?? DefaultKernel),
        _ => throw new ArgumentOutOfRangeException(nameof(resample), resample, "not a way to resample"),
    };

    /// <summary>The low-pass at every second pixel where it fits wholly, [N, C, H, W] → [N, C, (H − k)/2 + 1, …].</summary>
    internal static Tensor FilterDown(Tensor x, IReadOnlyList<double> kernel)
    {
        using var scope = NewDisposeScope();
        return nn.functional.conv2d(x, Kernel(x, kernel, gain: 1), strides: [2, 2], groups: x.size(1)).MoveToOuterDisposeScope();
    }

    /// <summary>Zeros between the pixels, then the low-pass with everything it touches, [N, C, H, W] → [N, C, 2H − 2 + k, …].</summary>
    /// <remarks>Zeros quarter the mean: hence four times the kernel.</remarks>
    internal static Tensor FilterUp(Tensor x, IReadOnlyList<double> kernel)
    {
        using var scope = NewDisposeScope();
        return nn.functional.conv_transpose2d(x, Kernel(x, kernel, gain: 4), strides: [2, 2], groups: x.size(1)).MoveToOuterDisposeScope();
    }

    private static Tensor FirDown(Tensor x, IReadOnlyList<double> kernel)
    {
        using var scope = NewDisposeScope();
        var (before, after) = ((kernel.Count - 1) / 2, (kernel.Count - 2) / 2);
        if (before != after)
        {
            return FilterDown(nn.functional.pad(x, [before, after, before, after]), kernel).MoveToOuterDisposeScope();
        }

        var y = nn.functional.conv2d(x, Kernel(x, kernel, gain: 1), strides: [2, 2], padding: [before, before], groups: x.size(1));
        return y.MoveToOuterDisposeScope();
    }

    private static Tensor FirUp(Tensor x, IReadOnlyList<double> kernel)
    {
        using var scope = NewDisposeScope();
        var (before, after) = ((kernel.Count - 2) / 2, (kernel.Count - 1) / 2);
        if (before != after)
        {
            return FilterUp(x, kernel).narrow(2, before, 2 * x.size(2)).narrow(3, before, 2 * x.size(3)).contiguous().MoveToOuterDisposeScope();
        }

        var y = nn.functional.conv_transpose2d(
            x, Kernel(x, kernel, gain: 4), strides: [2, 2], padding: [before, before], groups: x.size(1));
        return y.MoveToOuterDisposeScope();
    }

    // The outer product of the taps with themselves, of sum `gain`, [C, 1, k, k].
    private static Tensor Kernel(Tensor x, IReadOnlyList<double> kernel, double gain)
    {
        var taps = tensor(kernel.Select(tap => (float)tap).ToArray(), dtype: x.dtype, device: x.device);
        var sum = kernel.Sum();
        return (outer(taps, taps) * (gain / (sum * sum))).expand(x.size(1), 1, kernel.Count, kernel.Count);
    }
}
