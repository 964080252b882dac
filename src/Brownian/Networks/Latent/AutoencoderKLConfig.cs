using System.Text.Json;
using System.Text.Json.Serialization;

namespace Brownian.Networks.Latent;

/// <summary>The configuration of an <see cref="AutoencoderKL"/>, field by field and default by default that of diffusers' class.</summary>
public sealed record AutoencoderKLConfig : CodecConfig
{
    /// <summary>The defaults of the class.</summary>
    public AutoencoderKLConfig()
        : base("AutoencoderKL") => LatentChannels = 4;

    /// <summary>Whether pipelines keep it in float32 when the rest computes in half precision.</summary>
    public bool ForceUpcast { get; init; } = true;

    /// <summary>What is taken from latents before they are scaled; null for nothing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? ShiftFactor { get; init; }

    /// <summary>Whether a 1×1 convolution follows the encoder.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? UseQuantConv { get; init; }

    /// <summary>Whether a 1×1 convolution precedes the decoder.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? UsePostQuantConv { get; init; }

    /// <summary>Reads the text of a <c>config.json</c>. Fields that are not known are ignored; missing ones have their defaults.</summary>
    /// <exception cref="JsonException">The text is not JSON of this layout.</exception>
    public static AutoencoderKLConfig FromJson(string json) => Read<AutoencoderKLConfig>(json, "AutoencoderKL");
}
