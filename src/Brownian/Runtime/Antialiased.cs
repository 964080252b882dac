using static TorchSharp.torch;

namespace Brownian.Runtime;

/// <summary>Resizing by a kernel that is widened where an image shrinks (PIL's, and PyTorch's antialias=True), which TorchSharp does not bind.</summary>
internal static class Antialiased
{
    /// <summary>Bicubic, Keys' kernel with a = −½: [N, C, H, W] → [N, C, H', W'].</summary>
    public static Tensor Bicubic(Tensor image, long height, long width)
    {
        Span<ulong> stack = [Aten.T(image), Aten.List([height, width]), Aten.B(false), Aten.None, Aten.None];
        Aten.Call("aten::_upsample_bicubic2d_aa\0"u8, ""u8, stack);
        return Aten.Ret(stack[0]);
    }
}
