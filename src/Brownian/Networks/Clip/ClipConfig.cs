using System.Text.Json;
using System.Text.Json.Serialization;

namespace Brownian.Networks.Clip;

/// <summary>What the configurations of CLIP's two encoders share (Radford et al. 2021), field by field as Hugging Face's <c>config.json</c> has it.</summary>
public abstract record ClipConfig
{
    private protected static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>The classes that were saved, such as ["CLIPTextModelWithProjection"]; null when that is not said.</summary>
    public IReadOnlyList<string>? Architectures { get; init; }

    /// <summary>D, the width of a token.</summary>
    public int HiddenSize { get; init; }

    /// <summary>The width between the two layers of a block's network.</summary>
    public int IntermediateSize { get; init; }

    /// <summary>The width of the space that texts and images share.</summary>
    public int ProjectionDim { get; init; } = 512;

    /// <summary>Blocks.</summary>
    public int NumHiddenLayers { get; init; } = 12;

    /// <summary>Heads of attention.</summary>
    public int NumAttentionHeads { get; init; }

    /// <summary>"quick_gelu", "gelu" or another activation's name.</summary>
    public string HiddenAct { get; init; } = "quick_gelu";

    /// <summary>ε of the norms.</summary>
    public double LayerNormEps { get; init; } = 1e-5;

    private protected void Check()
    {
        if (HiddenSize < 1 || NumAttentionHeads < 1 || HiddenSize % NumAttentionHeads != 0)
        {
            throw new ArgumentException(
                $"config: expected a hidden_size that num_attention_heads divides; got {HiddenSize} and {NumAttentionHeads}.");
        }
    }

    /// <summary>A configuration that stands alone, or as one half of a CLIPModel's.</summary>
    private protected static T Read<T>(string json, string half)
        where T : ClipConfig
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw new JsonException($"config: expected an object; got {root.ValueKind}.");
        }

        if (!root.TryGetProperty(half, out var inner))
        {
            return root.Deserialize<T>(Json)!;
        }

        var config = inner.Deserialize<T>(Json) ?? throw new JsonException($"{half}: expected an object; got null.");
        return root.TryGetProperty("projection_dim", out var width) && width.TryGetInt32(out var projection)
            ? config with { ProjectionDim = projection, Architectures = null }
            : config with { Architectures = null };
    }
}
