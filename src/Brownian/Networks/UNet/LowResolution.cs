using static TorchSharp.torch;

namespace Brownian.Networks.UNet;

/// <summary>The small image that a super-resolution network is shown (Saharia et al. 2021; guided-diffusion's SuperResModel).</summary>
internal static class LowResolution
{
    /// <summary>The noisy image, and beside it the small one at its size: [N, C, H, W], [N, C', h, w] → [N, C + C', H, W].</summary>
    /// <exception cref="ArgumentException">There is no small image, or not one for each sample.</exception>
    public static Tensor Beside(Tensor input, Condition? condition)
    {
        var image = condition?.Image ?? throw new ArgumentException(
            "condition: the network enlarges an image and expects it, [N, C, h, w] in [−1, 1], in Condition.Image; got none.", nameof(condition));
        if (image.dim() != 4 || image.size(0) != input.size(0))
        {
            throw new ArgumentException(
                $"condition: expected one image for each of {input.size(0)} samples, [N, C, h, w]; got [{string.Join(", ", image.shape)}].", nameof(condition));
        }

        var large = nn.functional.interpolate(
            image.to(input.dtype), size: [input.size(2), input.size(3)], mode: InterpolationMode.Bilinear, align_corners: false);
        return cat([input, large], 1);
    }
}
