using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Runtime;

/// <summary>
/// Convolutions by oneDNN with weights that were brought into its own layout beforehand. Otherwise libtorch reorders them in every call,
/// which takes a third of the time of a single image. Without gradients; channels-last data.
/// </summary>
internal static unsafe partial class PackedConvolution
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
    /// <remarks>
    /// By the C functions that libtorch has for its compiled models: the dispatcher of 2.10 leaks a copy of every text that it is given, one a
    /// call here ("none"), which is a gigabyte after a day of sampling.
    /// </remarks>
    public static Tensor Run(Tensor x, ulong packed, ulong? bias, long[] padding, long[] stride, Tensor? added)
    {
        try
        {
            // Of one pixel, oneDNN cannot tell the layout of what is added.
            return added is null ? Plain(x, packed, bias, padding, stride)
                : added.size(2) * added.size(3) == 1 ? Plain(x, packed, bias, padding, stride).add_(added)
                : Plus(x, packed, bias, padding, stride, added);
        }
        finally
        {
            Aten.Free(packed);
            if (bias is { } word)
            {
                Aten.Free(word);
            }
        }
    }

    private static ReadOnlySpan<long> One => [1, 1];

    private static Tensor Plain(Tensor x, ulong packed, ulong? bias, long[] padding, long[] stride)
    {
        var offset = (nint)bias.GetValueOrDefault();
        fixed (byte* nothing = "none\0"u8)
        fixed (long* pad = padding, step = stride, one = One)
        {
            Aten.Check(
                aoti_torch_cpu_mkldnn__convolution_pointwise(
                    x.Handle, (nint)packed, bias is null ? null : &offset, pad, padding.Length, step, stride.Length, one, One.Length, 1,
                    nothing, null, 0, null, out var y),
                "convolution_pointwise");
            GC.KeepAlive(x);
            return Aten.Ret((ulong)y);
        }
    }

    private static Tensor Plus(Tensor x, ulong packed, ulong? bias, long[] padding, long[] stride, Tensor added)
    {
        var offset = (nint)bias.GetValueOrDefault();
        fixed (byte* add = "add\0"u8)
        fixed (long* pad = padding, step = stride, one = One)
        {
            Aten.Check(
                aoti_torch_cpu_mkldnn__convolution_pointwise_binary(
                    x.Handle, added.Handle, (nint)packed, bias is null ? null : &offset, pad, padding.Length, step, stride.Length, one, One.Length, 1,
                    add, null, null, null, 0, null, out var y),
                "convolution_pointwise.binary");
            GC.KeepAlive(x);
            GC.KeepAlive(added);
            return Aten.Ret((ulong)y);
        }
    }

    [LibraryImport(Aten.Library)]
    private static partial int aoti_torch_cpu_mkldnn__convolution_pointwise(
        nint x, nint weight, nint* bias, long* padding, long paddings, long* stride, long strides, long* dilation, long dilations, long groups,
        byte* activation, double** scalars, long scalarCount, byte** algorithm, out nint result);

    [LibraryImport(Aten.Library)]
    private static partial int aoti_torch_cpu_mkldnn__convolution_pointwise_binary(
        nint x, nint other, nint weight, nint* bias, long* padding, long paddings, long* stride, long strides, long* dilation, long dilations, long groups,
        byte* operation, double* alpha, byte** activation, double** scalars, long scalarCount, byte** algorithm, out nint result);
}
