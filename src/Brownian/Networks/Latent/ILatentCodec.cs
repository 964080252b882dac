using static TorchSharp.torch;

namespace Brownian.Networks.Latent;

/// <summary>
/// Between images and the latents in which a latent diffusion model lives (Rombach et al. 2022). Paths, samplers and objectives never learn of it: to them
/// latents are data like any other.
/// </summary>
public interface ILatentCodec
{
    /// <summary>C of the latents.</summary>
    int LatentChannels { get; }

    /// <summary>Pixels of one latent's side.</summary>
    int Factor { get; }

    /// <summary>Images, [N, C, H, W] in [−1, 1] → latents of about unit variance, [N, C', H/Factor, W/Factor].</summary>
    /// <param name="images">Borrowed. What of a side does not fill a latent is lost.</param>
    /// <param name="noise">For encoders that are distributions: where a sample is drawn from; null for the mean.</param>
    Tensor Encode(Tensor images, INoise? noise = null);

    /// <summary>Latents, [N, C', h, w] → images, [N, C, Factor·h, Factor·w], in [−1, 1] up to the network's errors.</summary>
    Tensor Decode(Tensor latents);
}
