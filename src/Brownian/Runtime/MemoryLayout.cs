using static TorchSharp.torch;

namespace Brownian.Runtime;

/// <summary>Memory formats, which TorchSharp 0.107 has in its enumerations but does not act on.</summary>
internal static class MemoryLayout
{
    /// <summary><paramref name="x"/>, [N, C, H, W], with channels innermost in memory. Differentiable; no copy when it is so already.</summary>
    public static Tensor ToChannelsLast(Tensor x)
    {
        // With one channel both formats hold the same bytes, and libtorch takes the strides of the plain one as a wish for it.
        if (x.size(1) == 1)
        {
            return x.reshape(x.size(0), x.size(2), x.size(3), 1).permute(0, 3, 1, 2);
        }

        Span<ulong> stack = [Aten.T(x), Aten.ChannelsLast];
        Aten.Call("aten::contiguous\0"u8, ""u8, stack);
        return Aten.Ret(stack[0]);
    }

    /// <summary>The bytes of <paramref name="x"/>, [K·size], as K numbers of another type, which share its memory.</summary>
    public static Tensor Reinterpreted(Tensor x, ScalarType type)
    {
        Span<ulong> stack = [Aten.T(x), (uint)type];
        Aten.Call("aten::view\0"u8, "dtype\0"u8, stack);
        return Aten.Ret(stack[0]);
    }

    /// <summary>Whether <paramref name="x"/>, [N, C, H, W], lies channels-last without gaps.</summary>
    public static bool IsChannelsLast(Tensor x)
    {
        if (x.dim() != 4)
        {
            return false;
        }

        long c = x.size(1), h = x.size(2), w = x.size(3);
        return (c == 1 || x.stride(1) == 1) && (w == 1 || x.stride(3) == c) && (h == 1 || x.stride(2) == c * w)
            && (x.size(0) == 1 || x.stride(0) == c * w * h);
    }
}
