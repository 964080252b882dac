namespace Brownian.Checkpoints;

/// <summary>What the network of a latent diffusion pipeline is shown beside noisy latents.</summary>
public enum LatentKind
{
    /// <summary>Nothing: it draws, changes and fills pictures.</summary>
    Plain,

    /// <summary>A mask and the latents of what is known: it fills pictures (Stable Diffusion's inpainting models).</summary>
    Filling,

    /// <summary>A small picture with some noise, whose level it is told as a class: it draws a larger one (Stable Diffusion's upscaler).</summary>
    Upscaling,

    /// <summary>A small picture: it draws a larger one (latent diffusion's super-resolution).</summary>
    Enlarging,
}
