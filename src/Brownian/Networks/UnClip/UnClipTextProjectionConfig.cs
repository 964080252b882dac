using System.Text.Json;
using System.Text.Json.Serialization;

namespace Brownian.Networks.UnClip;

/// <summary>The configuration of an <see cref="UnClipTextProjection"/>: that of diffusers' <c>UnCLIPTextProjModel</c>.</summary>
public sealed record UnClipTextProjectionConfig
{
    /// <summary>The class, as its <c>config.json</c> names it.</summary>
    [JsonPropertyName("_class_name")]
    public string ClassName { get; init; } = "UnCLIPTextProjModel";

    /// <summary>Tokens that are made of the image embedding.</summary>
    public int ClipExtraContextTokens { get; init; } = 4;

    /// <summary>Width of CLIP's embeddings.</summary>
    public int ClipEmbeddingsDim { get; init; } = 768;

    /// <summary>Width of the decoder's time embedding.</summary>
    public int TimeEmbedDim { get; init; }

    /// <summary>Width of the decoder's tokens.</summary>
    public int CrossAttentionDim { get; init; }

    /// <summary>Reads the text of a <c>config.json</c>.</summary>
    /// <exception cref="JsonException">The text is not JSON of this layout.</exception>
    public static UnClipTextProjectionConfig FromJson(string json) => DiffusersJson.Read<UnClipTextProjectionConfig>(json, "UnCLIPTextProjModel");

    /// <summary>The text of a <c>config.json</c> that diffusers reads.</summary>
    public string ToJson() => DiffusersJson.Write(this);
}
