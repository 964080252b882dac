using Brownian.Samplers;
using Brownian.Spacing;
using static TorchSharp.torch;

namespace Brownian.Tasks;

/// <summary>What a latent diffusion pipeline is to draw.</summary>
public sealed record DrawRequest
{
    /// <summary>What the pictures show: one text for all, or one for each; empty for models without text.</summary>
    public IReadOnlyList<string> Prompts { get; init; } = [];

    /// <summary>What they do not show: one text for all, or one for each; none is "".</summary>
    public IReadOnlyList<string> Negative { get; init; } = [];

    /// <summary>The picture that is changed, filled or enlarged, [1 or N, 3, H, W] in [−1, 1]; borrowed. Null to draw from nothing.</summary>
    public Tensor? Image { get; init; }

    /// <summary>1 where the picture is to be made anew and 0 where it is known, [1 or N, 1, H, W]; borrowed. Null for the whole.</summary>
    public Tensor? Mask { get; init; }

    /// <summary>How much of the picture's way through the noise is walked, in (0, 1]: small numbers keep it, 1 forgets it. Null for 0.8, or 1 with a mask.</summary>
    public double? Strength { get; init; }

    /// <summary>See <see cref="Blended.Lags"/>.</summary>
    public bool Lags { get; init; }

    /// <summary>Whether PNDM begins in the middle of its way as diffusers begins it, a level earlier, and passes one over; for reproducing pictures that were made so.</summary>
    public bool AsDiffusers { get; init; }

    /// <summary>The scale of classifier-free guidance; 1 for none. Models without text have none.</summary>
    public double Guidance { get; init; } = 7.5;

    /// <summary>Steps of the whole way, of which a strength below 1 leaves some out.</summary>
    public int Steps { get; init; } = 50;

    /// <summary>η of DDIM; null for the sampler's own.</summary>
    public double? Eta { get; init; }

    /// <summary>How many pictures.</summary>
    public int Count { get; init; } = 1;

    /// <summary>How many go through the network at once. It changes speed and memory, not the noise of any picture.</summary>
    public int BatchSize { get; init; } = 1;

    /// <summary>Picture i draws all its noise from the stream of Seed + i, as diffusers does with one generator for each.</summary>
    public ulong Seed { get; init; }

    /// <summary>Height and width of the pictures in pixels; those of the image, or the model's own, when null.</summary>
    public (int Height, int Width)? Size { get; init; }

    /// <summary>Blocks at the end of the text encoder that are left out ("clip skip").</summary>
    public int SkippedBlocks { get; init; }

    /// <summary>For upscalers: the step whose noise the small picture gets.</summary>
    public int NoiseStep { get; init; } = 20;

    /// <summary>The method; the folder's when null.</summary>
    public Sampler? Sampler { get; init; }

    /// <summary>Which noise levels it visits; the folder's when null.</summary>
    public ISpacing? Spacing { get; init; }

    /// <summary>Whether pictures are encoded and decoded in tiles; null for those of more than a million pixels.</summary>
    public bool? Tiled { get; init; }
}
