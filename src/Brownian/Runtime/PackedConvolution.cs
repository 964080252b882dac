using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Runtime;

/// <summary>
/// Convolutions by oneDNN with weights that were brought into its own layout beforehand. Otherwise libtorch reorders them in every call,
/// which takes a third of the time of a single image. Without gradients; channels-last data.
/// </summary>
internal static class PackedConvolution
{
    private static volatile bool noFloat32;
    private static volatile bool noBFloat16;

    /// <summary>Whether the operators exist for data like <paramref name="x"/> and have not failed on this machine.</summary>
    public static bool Takes(Tensor x) =>
        x.device_type == DeviceType.CPU && x.numel() > 0
        && ((x.dtype == ScalarType.Float32 && !noFloat32) || (x.dtype == ScalarType.BFloat16 && !noBFloat16));

    /// <summary>Weights, [C', C, k, k], for inputs of this shape; null where oneDNN cannot (no such build, or no bfloat16 on this processor).</summary>
    public static Tensor? Pack(Tensor weight, long[] padding, long[] stride, long[] inputShape)
    {
        try
        {
            Span<ulong> convert = [Aten.T(weight), Aten.None];
            Aten.Call("aten::to_mkldnn\0"u8, ""u8, convert);
            using var opaque = Aten.Ret(convert[0]);
            Span<ulong> reorder =
            [
                Aten.T(opaque), Aten.List(padding), Aten.List(stride), Aten.List(One), 1, Aten.Opt(Aten.List(inputShape)),
            ];
            Aten.Call("aten::mkldnn_reorder_conv2d_weight\0"u8, ""u8, reorder);
            return Aten.Ret(reorder[0]);
        }
        catch (ExternalException)
        {
            noFloat32 |= weight.dtype == ScalarType.Float32;
            noBFloat16 |= weight.dtype == ScalarType.BFloat16;
            return null;
        }
    }

    /// <summary>The convolution of <paramref name="x"/>, plus <paramref name="added"/> if given; channels-last.</summary>
    /// <param name="x">[N, C, H, W].</param>
    /// <param name="packed">A word for weights from <see cref="Pack"/>; used up.</param>
    /// <param name="bias">A word for [C'] in the type of <paramref name="x"/>, used up; null for none.</param>
    /// <param name="padding">Zeros on every side.</param>
    /// <param name="stride">Step.</param>
    /// <param name="added">[N, C', H', W'], added before rounding.</param>
    public static Tensor Run(Tensor x, ulong packed, ulong? bias, long[] padding, long[] stride, Tensor? added)
    {
        if (added is null)
        {
            Span<ulong> plain =
            [
                Aten.T(x), packed, bias is { } word ? Aten.Opt(word) : Aten.None, Aten.List(padding), Aten.List(stride), Aten.List(One), 1,
                Aten.Str("none"), Aten.List(ReadOnlySpan<long>.Empty), Aten.None,
            ];
            Aten.Call("mkldnn::_convolution_pointwise\0"u8, ""u8, plain);
            return Aten.Ret(plain[0]);
        }

        Span<ulong> stack =
        [
            Aten.T(x), Aten.T(added), packed, bias is { } offset ? Aten.Opt(offset) : Aten.None, Aten.List(padding), Aten.List(stride), Aten.List(One), 1,
            Aten.Str("add"), Aten.None, Aten.None, Aten.List(ReadOnlySpan<long>.Empty), Aten.None,
        ];
        Aten.Call("mkldnn::_convolution_pointwise\0"u8, "binary\0"u8, stack);
        return Aten.Ret(stack[0]);
    }

    private static ReadOnlySpan<long> One => [1, 1];
}
