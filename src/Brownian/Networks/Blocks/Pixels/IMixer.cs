using static TorchSharp.torch;

namespace Brownian.Networks.Blocks;

/// <summary>What lets the pixels of an image exchange features with each other and with a condition.</summary>
internal interface IMixer
{
    /// <summary>[N, C, H, W] → [N, C, H, W].</summary>
    Tensor Mix(Tensor x, Told told);
}
