using System.Text.Json;
using System.Text.Json.Serialization;
using Brownian.Networks.Conditional;
using Brownian.Networks.DiT;
using Brownian.Networks.Guided;
using Brownian.Networks.Refine;
using Brownian.Networks.Song;
using Brownian.Networks.UnClip;
using Brownian.Networks.UNet;

namespace Brownian.Networks;

/// <summary>
/// The shape of a network as a value: a file can hold it, training fits it to the data, and it makes the network. The property
/// <c>kind</c> tells which network it is; without one it is a <see cref="UNet2D"/>.
/// </summary>
[DefaultKind("unet2d")]
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(UNet2DConfig), "unet2d")]
[JsonDerivedType(typeof(SongUNetConfig), "song")]
[JsonDerivedType(typeof(RefineNetConfig), "refine")]
[JsonDerivedType(typeof(GuidedUNetConfig), "adm")]
[JsonDerivedType(typeof(EncoderUNetConfig), "adm_classifier")]
[JsonDerivedType(typeof(UNet2DConditionConfig), "unet2d_condition")]
[JsonDerivedType(typeof(PriorTransformerConfig), "prior")]
[JsonDerivedType(typeof(DiTConfig), "dit")]
[JsonDerivedType(typeof(OriginalDiTConfig), "dit_original")]
public abstract record NetworkConfig
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        AllowOutOfOrderMetadataProperties = true,
        NumberHandling = JsonNumberHandling.AllowReadingFromString | JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    /// <summary>Sets the name of the class.</summary>
    /// <param name="className">See <see cref="ClassName"/>.</param>
    protected NetworkConfig(string className) => ClassName = className;

    /// <summary>The network's class, as its <c>config.json</c> names it.</summary>
    [JsonPropertyName("_class_name")]
    [JsonPropertyOrder(-2)]
    public string ClassName { get; init; }

    /// <summary>A network of this shape with random weights, in float32 on the CPU.</summary>
    /// <param name="seed">Of the weights.</param>
    /// <exception cref="ArgumentException">The configuration contradicts itself, or names what does not exist.</exception>
    public abstract Network Create(ulong seed = 0);

    /// <summary>This shape with the channels, size, labels and levels that are needed.</summary>
    /// <exception cref="ArgumentException">Networks of this kind cannot have them.</exception>
    public abstract NetworkConfig For(NetworkNeeds needs);

    /// <summary>The text of a <c>config.json</c>.</summary>
    public virtual string ToJson() => JsonSerializer.Serialize(this, Json);

    /// <summary>Reads the text of a <c>config.json</c>, ours or diffusers'.</summary>
    /// <exception cref="JsonException">The text is not JSON of this layout.</exception>
    public static NetworkConfig Read(string json)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty("kind", out _))
        {
            return document.Deserialize<NetworkConfig>(Json)!;
        }

        return root.ValueKind == JsonValueKind.Object && root.TryGetProperty("_class_name", out var name) ? OfClass(name.GetString(), json) : UNet2DConfig.FromJson(json);
    }

    // Files that have no kind: those of diffusers.
    private static NetworkConfig OfClass(string? name, string json) => name switch
    {
        "UNet2DConditionModel" => UNet2DConditionConfig.FromJson(json),
        "PriorTransformer" => PriorTransformerConfig.FromJson(json),
        "DiTTransformer2DModel" or "Transformer2DModel" => DiTConfig.FromJson(json),
        _ => UNet2DConfig.FromJson(json),
    };
}
