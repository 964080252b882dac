using static TorchSharp.torch;

namespace Brownian.Evaluation;

/// <summary>What metrics of pairs ask of images.</summary>
internal static class ImagePair
{
    /// <summary>Requires two batches of the same shape, [N, C, H, W].</summary>
    /// <exception cref="ArgumentException">They are something else.</exception>
    public static void Check(Tensor images, Tensor reference)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(reference);
        if (images.dim() != 4 || images.numel() == 0 || !images.shape.SequenceEqual(reference.shape))
        {
            throw new ArgumentException(
                $"images: expected two batches of the same shape, [N, C, H, W]; got [{string.Join(", ", images.shape)}] and "
                + $"[{string.Join(", ", reference.shape)}]. Resize or crop one of them first.", nameof(images));
        }
    }

    /// <summary>The images in float64 on the CPU.</summary>
    public static Tensor Exact(Tensor images) => images.detach().to(CPU).to(ScalarType.Float64).contiguous();
}
