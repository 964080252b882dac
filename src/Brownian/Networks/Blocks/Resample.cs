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

    /// <summary>Halves after a [1, 3, 3, 1] low-pass (Karras et al. 2019; Song et al. 2021, app. H).</summary>
    FirDown,

    /// <summary>Doubles with a [1, 3, 3, 1] low-pass.</summary>
    FirUp,
}

/// <summary>The arithmetic of <see cref="Resample"/>.</summary>
public static class Resampling
{
    /// <summary>[N, C, H, W] at half, the same or twice the resolution.</summary>
    public static Tensor Apply(this Resample resample, Tensor x) => resample switch
    {
        Resample.None => x.alias(),
        Resample.AverageDown => nn.functional.avg_pool2d(x, [2, 2], [2, 2]),
        Resample.NearestUp => nn.functional.interpolate(x, scale_factor: [2, 2], mode: InterpolationMode.Nearest),
        Resample.FirDown => Fir(x, up: false),
        Resample.FirUp => Fir(x, up: true),
        _ => throw new ArgumentOutOfRangeException(nameof(resample), resample, "not a way to resample"),
    };

    // The outer product of (1, 3, 3, 1)/8 with itself. Doubling inserts zeros, which quarters the mean: hence 4×.
    private static Tensor Fir(Tensor x, bool up)
    {
        using var scope = NewDisposeScope();
        var channels = x.size(1);
        var tap = tensor(new float[] { 1, 3, 3, 1 }, dtype: x.dtype, device: x.device);
        var kernel = (outer(tap, tap) * (up ? 4.0 / 64 : 1.0 / 64)).expand(channels, 1, 4, 4);
        var y = up
            ? nn.functional.conv_transpose2d(x, kernel, strides: [2, 2], padding: [1, 1], groups: channels)
            : nn.functional.conv2d(x, kernel, strides: [2, 2], padding: [1, 1], groups: channels);
        return y.MoveToOuterDisposeScope();
    }
}
