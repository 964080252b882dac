using System.Text.Json;

namespace Brownian.Networks.Clip;

/// <summary>The configuration of a <see cref="ClipVision"/>.</summary>
public sealed record ClipVisionConfig : ClipConfig
{
    /// <summary>The defaults of Hugging Face's class.</summary>
    public ClipVisionConfig() => (HiddenSize, IntermediateSize, NumAttentionHeads) = (768, 3072, 12);

    /// <summary>Channels of the images.</summary>
    public int NumChannels { get; init; } = 3;

    /// <summary>Side of the images, in pixels.</summary>
    public int ImageSize { get; init; } = 224;

    /// <summary>Side of the patches that become tokens, in pixels.</summary>
    public int PatchSize { get; init; } = 32;

    /// <summary>Whether there is a projection into the space that texts and images share.</summary>
    internal bool HasProjection => Architectures?.Contains("CLIPVisionModel") != true;

    /// <summary>Tokens: the patches, and one for the whole image before them.</summary>
    internal int Tokens => ImageSize / PatchSize * (ImageSize / PatchSize) + 1;

    /// <summary>Reads the text of a <c>config.json</c>: of an image encoder, or of a whole CLIPModel.</summary>
    /// <exception cref="JsonException">The text is not JSON of this layout.</exception>
    public static ClipVisionConfig FromJson(string json) => Read<ClipVisionConfig>(json, "vision_config");

    internal void CheckShape()
    {
        Check();
        if (PatchSize < 1 || ImageSize < PatchSize)
        {
            throw new ArgumentException($"config: expected an image_size of at least one patch; got {ImageSize} and patches of {PatchSize}.");
        }
    }
}
