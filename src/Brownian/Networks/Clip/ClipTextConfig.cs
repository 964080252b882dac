using System.Text.Json;

namespace Brownian.Networks.Clip;

/// <summary>The configuration of a <see cref="ClipText"/>.</summary>
public sealed record ClipTextConfig : ClipConfig
{
    /// <summary>The defaults of Hugging Face's class.</summary>
    public ClipTextConfig() => (HiddenSize, IntermediateSize, NumAttentionHeads) = (512, 2048, 8);

    /// <summary>Tokens in the vocabulary.</summary>
    public int VocabSize { get; init; } = 49408;

    /// <summary>The longest text, in tokens.</summary>
    public int MaxPositionEmbeddings { get; init; } = 77;

    /// <summary>
    /// The token that ends a text, at which texts are pooled. The files of early models say 2, which is no such token: there it is the one of the largest number.
    /// </summary>
    public int? EosTokenId { get; init; } = 49407;

    /// <summary>Whether padding is hidden from the encoder, in pipelines.</summary>
    public bool? UseAttentionMask { get; init; }

    /// <summary>Whether there is a projection into the space that texts and images share.</summary>
    internal bool HasProjection => Architectures?.Contains("CLIPTextModel") != true;

    /// <summary>Reads the text of a <c>config.json</c>: of a text encoder, or of a whole CLIPModel.</summary>
    /// <exception cref="JsonException">The text is not JSON of this layout.</exception>
    public static ClipTextConfig FromJson(string json) => Read<ClipTextConfig>(json, "text_config");

    internal void CheckShape() => Check();
}
