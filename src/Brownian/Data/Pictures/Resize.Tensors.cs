using static TorchSharp.torch;

namespace Brownian.Data;

/// <content>Batches of images.</content>
public static partial class Resize
{
    /// <summary>
    /// Images at another size, [N, C, H, W] → [N, C, height, width], in the type of the images. Nothing is rounded or clamped: bicubic and Lanczos
    /// kernels overshoot the images' range. Gradients flow.
    /// </summary>
    /// <param name="images">[N, C, H, W], floating-point, of any range.</param>
    /// <param name="height">Rows wanted, in pixels.</param>
    /// <param name="width">Columns wanted, in pixels.</param>
    /// <param name="filter">The kernel.</param>
    /// <exception cref="ArgumentException">The images have another shape or type.</exception>
    public static Tensor To(Tensor images, int height, int width, ResizeFilter filter = ResizeFilter.Bicubic)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        if (images.dim() != 4 || !images.is_floating_point())
        {
            throw new ArgumentException(
                $"images: expected floating-point [N, C, H, W]; got {images.dtype} [{string.Join(", ", images.shape)}].", nameof(images));
        }

        using var scope = NewDisposeScope();
        var h = images.size(3) == width ? images.alias() : images.matmul(Matrix(images, images.size(3), width, filter).transpose(0, 1));
        h = images.size(2) == height ? h : Matrix(images, images.size(2), height, filter).matmul(h);
        return h.MoveToOuterDisposeScope();
    }

    // The map of one axis, [to, from].
    private static Tensor Matrix(Tensor like, long from, int to, ResizeFilter filter)
    {
        var matrix = new double[to * from];
        foreach (var (i, (first, weights)) in ResizeTaps.For((int)from, to, filter).Index())
        {
            weights.CopyTo(matrix, i * from + first);
        }

        return tensor(matrix, to, from, dtype: like.dtype, device: like.device);
    }
}
