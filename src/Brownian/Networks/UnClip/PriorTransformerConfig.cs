using System.Text.Json;
using System.Text.Json.Serialization;

namespace Brownian.Networks.UnClip;

/// <summary>
/// The configuration of a <see cref="PriorTransformer"/>, field by field and default by default that of diffusers'
/// <c>PriorTransformer</c> (0.25.1), whose <c>config.json</c> it reads and writes.
/// </summary>
public sealed record PriorTransformerConfig() : NetworkConfig("PriorTransformer")
{
    /// <summary>The oldest diffusers that knows every field written here.</summary>
    [JsonPropertyName("_diffusers_version")]
    [JsonPropertyOrder(-1)]
    public string DiffusersVersion { get; init; } = "0.25.1";

    /// <summary>Attention heads.</summary>
    public int NumAttentionHeads { get; init; } = 32;

    /// <summary>Channels of one head.</summary>
    public int AttentionHeadDim { get; init; } = 64;

    /// <summary>Transformer blocks.</summary>
    public int NumLayers { get; init; } = 20;

    /// <summary>Width of the noisy embedding, and of the condition's where nothing else is said.</summary>
    public int EmbeddingDim { get; init; } = 768;

    /// <summary>Number of the condition's tokens.</summary>
    public int NumEmbeddings { get; init; } = 77;

    /// <summary>Number of the tokens after them: text, time, noisy embedding and answer.</summary>
    public int AdditionalEmbeddings { get; init; } = 4;

    /// <summary>Not read: the networks known have none.</summary>
    public double Dropout { get; init; }

    /// <summary>Between the time embedding's layers.</summary>
    public string TimeEmbedActFn { get; init; } = "silu";

    /// <summary>"layer" or null: a norm before the blocks.</summary>
    public string? NormInType { get; init; }

    /// <summary>"layer" or null: a norm of Condition.Embedding.</summary>
    public string? EmbeddingProjNormType { get; init; }

    /// <summary>"linear", or null for a network without tokens.</summary>
    public string? EncoderHidProjType { get; init; } = "linear";

    /// <summary>"prd": a learned token asks for the answer; null: the answer is where the noisy embedding was.</summary>
    public string? AddedEmbType { get; init; } = "prd";

    /// <summary>Between the time embedding's layers; the width of the tokens when null.</summary>
    public int? TimeEmbedDim { get; init; }

    /// <summary>Width of Condition.Embedding; <see cref="EmbeddingDim"/> when null.</summary>
    public int? EmbeddingProjDim { get; init; }

    /// <summary>Width of the answer; <see cref="EmbeddingDim"/> when null.</summary>
    public int? ClipEmbedDim { get; init; }

    /// <summary>Width of the tokens.</summary>
    [JsonIgnore]
    public int Width => NumAttentionHeads * AttentionHeadDim;

    /// <summary>Reads the text of a <c>config.json</c>. Fields that are not known are ignored; missing ones have their defaults.</summary>
    /// <exception cref="JsonException">The text is not JSON of this layout.</exception>
    public static PriorTransformerConfig FromJson(string json) => DiffusersJson.Read<PriorTransformerConfig>(json, "PriorTransformer");

    /// <inheritdoc/>
    public override PriorTransformer Create(ulong seed = 0) => new(this, seed);

    /// <inheritdoc/>
    public override PriorTransformerConfig For(NetworkNeeds needs) =>
        throw new ArgumentException("network: a prior makes embeddings, not images. Choose another network.", nameof(needs));

    /// <summary>The text of a <c>config.json</c> that diffusers reads.</summary>
    public override string ToJson() => DiffusersJson.Write(this);
}
