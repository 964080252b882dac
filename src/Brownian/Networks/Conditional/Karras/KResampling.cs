using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Networks.Conditional;

/// <summary>Halving and doubling with the low-pass [1, 3, 3, 1]/8 and mirrored borders.</summary>
internal static class KResampling
{
    private static readonly double[] Taps = [1.0 / 8, 3.0 / 8, 3.0 / 8, 1.0 / 8];

    /// <summary>[N, C, H, W] → [N, C, H/2, W/2].</summary>
    public static Tensor Halved(Tensor x)
    {
        using var scope = NewDisposeScope();
        var y = nn.functional.conv2d(Mirrored(x), Kernel(x, gain: 1), strides: [2, 2], groups: x.size(1));
        return y.MoveToOuterDisposeScope();
    }

    /// <summary>[N, C, H, W] → [N, C, 2H, 2W].</summary>
    public static Tensor Doubled(Tensor x)
    {
        using var scope = NewDisposeScope();
        var y = nn.functional.conv_transpose2d(Mirrored(x), Kernel(x, gain: 2), strides: [2, 2], padding: [3, 3], groups: x.size(1));
        return y.MoveToOuterDisposeScope();
    }

    private static Tensor Mirrored(Tensor x) => nn.functional.pad(x, [1, 1, 1, 1], PaddingModes.Reflect);

    // The outer product of the taps with themselves, each times `gain`, [C, 1, 4, 4].
    private static Tensor Kernel(Tensor x, double gain)
    {
        var taps = tensor(Taps.Select(tap => (float)(gain * tap)).ToArray(), dtype: x.dtype, device: x.device);
        return outer(taps, taps).expand(x.size(1), 1, Taps.Length, Taps.Length);
    }
}
