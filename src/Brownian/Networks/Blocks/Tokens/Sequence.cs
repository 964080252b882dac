using static TorchSharp.torch;

namespace Brownian.Networks.Blocks;

/// <summary>Pixels as a sequence of tokens, row by row.</summary>
internal static class Sequence
{
    /// <summary>[N, C, H, W] → [N, H·W, C], without a copy when the image is channels-last.</summary>
    public static Tensor Of(Tensor image) => image.permute(0, 2, 3, 1).reshape(image.size(0), -1, image.size(1));

    /// <summary>[N, H·W, C] → [N, C, H, W], channels-last.</summary>
    public static Tensor Image(Tensor tokens, long height, long width) =>
        tokens.reshape(tokens.size(0), height, width, tokens.size(2)).permute(0, 3, 1, 2);
}
