using System.Text.Json;
using System.Text.Json.Serialization;
using Brownian.Networks.UNet;

namespace Brownian.Networks.Latent;

/// <summary>What the configurations of diffusers' image autoencoders share, field by field.</summary>
public abstract record CodecConfig
{
    private protected static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        NumberHandling = JsonNumberHandling.AllowReadingFromString,
    };

    private protected CodecConfig(string className) => ClassName = className;

    /// <summary>The class, as <c>config.json</c> names it.</summary>
    [JsonPropertyName("_class_name")]
    [JsonPropertyOrder(-2)]
    public string ClassName { get; init; }

    /// <summary>The oldest diffusers that knows every field written here.</summary>
    [JsonPropertyName("_diffusers_version")]
    [JsonPropertyOrder(-1)]
    public string DiffusersVersion { get; init; } = "0.25.1";

    /// <summary>Channels of the images.</summary>
    public int InChannels { get; init; } = 3;

    /// <summary>Channels of the decoded images.</summary>
    public int OutChannels { get; init; } = 3;

    /// <summary>"DownEncoderBlock2D" or "AttnDownEncoderBlock2D" for each level, from the image inwards.</summary>
    public IReadOnlyList<string> DownBlockTypes { get; init; } = ["DownEncoderBlock2D"];

    /// <summary>"UpDecoderBlock2D" or "AttnUpDecoderBlock2D" for each level, from the latents outwards.</summary>
    public IReadOnlyList<string> UpBlockTypes { get; init; } = ["UpDecoderBlock2D"];

    /// <summary>Channels of each level, from the image inwards.</summary>
    public IReadOnlyList<int> BlockOutChannels { get; init; } = [64];

    /// <summary>Residual blocks a level of the encoder; one more in the decoder.</summary>
    public int LayersPerBlock { get; init; } = 1;

    /// <summary>"silu", "swish", "mish", "gelu" or "relu".</summary>
    public string ActFn { get; init; } = "silu";

    /// <summary>Channels of the latents.</summary>
    public int LatentChannels { get; init; }

    /// <summary>Groups of the norms.</summary>
    public int NormNumGroups { get; init; } = 32;

    /// <summary>Size of the images it was trained on, in pixels; also that of the tiles in which large images are taken.</summary>
    public ImageSize SampleSize { get; init; } = 32;

    /// <summary>What latents are multiplied with so that their variance is about 1 (Rombach et al. 2022, app. G).</summary>
    public double ScalingFactor { get; init; } = 0.18215;

    /// <summary>Whether the middle blocks attend.</summary>
    public bool MidBlockAddAttention { get; init; } = true;

    /// <summary>Pixels of one latent's side: every level but the last halves.</summary>
    [JsonIgnore]
    public int Factor => 1 << (BlockOutChannels.Count - 1);

    /// <summary>The text of a <c>config.json</c> that diffusers reads.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, GetType(), Json);

    /// <summary>An error that teaches if the levels contradict each other.</summary>
    /// <exception cref="ArgumentException">They do.</exception>
    internal void Check()
    {
        var levels = BlockOutChannels.Count;
        if (levels == 0 || DownBlockTypes.Count != levels || UpBlockTypes.Count != levels)
        {
            throw new ArgumentException(
                $"{ClassName}: expected as many block_out_channels as down_block_types and up_block_types; got {levels}, {DownBlockTypes.Count} and {UpBlockTypes.Count}.");
        }

        if (LayersPerBlock < 1 || LatentChannels < 1 || NormNumGroups < 1)
        {
            throw new ArgumentException(
                $"{ClassName}: expected layers_per_block, latent_channels and norm_num_groups above 0; got {LayersPerBlock}, {LatentChannels} and {NormNumGroups}.");
        }
    }

    private protected static T Read<T>(string json, string className)
        where T : CodecConfig =>
        JsonSerializer.Deserialize<T>(json, Json) is not { } config ? throw new JsonException($"{className}: expected an object; got null.")
        : config.ClassName == className ? config
        : throw new JsonException($"expected the configuration of an {className}; got that of a '{config.ClassName}'.");
}
