using static TorchSharp.torch;

namespace Brownian.Networks.UNet;

/// <summary>An image of the condition as further channels of the input: what is known in inpainting, or the small image enlarged.</summary>
internal static class ShownImage
{
    /// <summary>[N, C, H, W] and Condition.Image, [N, C', H, W] → [N, C + C', H, W]; the input itself without an image.</summary>
    /// <exception cref="ArgumentException">The image is not of the input's size.</exception>
    public static Tensor Beside(Tensor input, Condition? condition)
    {
        if (condition?.Image is not { } image)
        {
            return input;
        }

        return image.dim() == 4 && input.dim() == 4 && image.size(0) == input.size(0) && image.shape[2..].SequenceEqual(input.shape[2..])
            ? cat([input, image.to(input.dtype)], 1)
            : throw new ArgumentException(
                $"condition: expected an image of the input's size, [{input.size(0)}, C, {string.Join(", ", input.shape.Skip(2))}], in Condition.Image; "
                + $"got [{string.Join(", ", image.shape)}]. Resize it, or give one for each sample.", nameof(condition));
    }
}
