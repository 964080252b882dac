using System.Text.Json;

namespace Brownian.Networks.Latent;

/// <summary>The configuration of a <see cref="VQModel"/>, field by field and default by default that of diffusers' class.</summary>
public sealed record VQModelConfig : CodecConfig
{
    /// <summary>The defaults of the class.</summary>
    public VQModelConfig()
        : base("VQModel") => LatentChannels = 3;

    /// <summary>How many vectors the codebook has.</summary>
    public int NumVqEmbeddings { get; init; } = 256;

    /// <summary>Numbers of a vector of the codebook; as many as latent channels when null.</summary>
    public int? VqEmbedDim { get; init; }

    /// <summary>"group", or "spatial" for a decoder whose norms see the latents (MoVQ).</summary>
    public string NormType { get; init; } = "group";

    /// <summary>Whether it decodes indices of the codebook rather than vectors, in diffusers.</summary>
    public bool LookupFromCodebook { get; init; }

    /// <summary>Whether pipelines keep it in float32 when the rest computes in half precision.</summary>
    public bool ForceUpcast { get; init; }

    /// <summary>Reads the text of a <c>config.json</c>. Fields that are not known are ignored; missing ones have their defaults.</summary>
    /// <exception cref="JsonException">The text is not JSON of this layout.</exception>
    public static VQModelConfig FromJson(string json) => Read<VQModelConfig>(json, "VQModel");
}
