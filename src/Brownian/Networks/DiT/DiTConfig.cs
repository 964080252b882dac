using System.Text.Json;
using System.Text.Json.Serialization;

namespace Brownian.Networks.DiT;

/// <summary>
/// The configuration of a <see cref="DiffusionTransformer"/>, field by field and default by default that of diffusers'
/// <c>DiTTransformer2DModel</c>, and of <c>Transformer2DModel</c>, which older files of DiT name.
/// </summary>
public sealed record DiTConfig() : NetworkConfig("DiTTransformer2DModel")
{
    /// <summary>The oldest diffusers that knows every field written here.</summary>
    [JsonPropertyName("_diffusers_version")]
    [JsonPropertyOrder(-1)]
    public string DiffusersVersion { get; init; } = "0.29.2";

    /// <summary>Attention heads.</summary>
    public int NumAttentionHeads { get; init; } = 16;

    /// <summary>Channels of one head.</summary>
    public int AttentionHeadDim { get; init; } = 72;

    /// <summary>Channels of the input.</summary>
    public int InChannels { get; init; } = 4;

    /// <summary>Channels of the output, twice the input's when the variance is learned; as many as the input's when null.</summary>
    public int? OutChannels { get; init; }

    /// <summary>Transformer blocks.</summary>
    public int NumLayers { get; init; } = 28;

    /// <summary>Not read: the networks known have none.</summary>
    public double Dropout { get; init; }

    /// <summary>Not read: there are no such norms.</summary>
    public int NormNumGroups { get; init; } = 32;

    /// <summary>Whether queries, keys and values have an offset.</summary>
    public bool AttentionBias { get; init; } = true;

    /// <summary>Size of the images it was trained on, in the input's pixels; other sizes see the same positions, stretched.</summary>
    public int SampleSize { get; init; } = 32;

    /// <summary>Side of a patch, in the input's pixels; each is a token.</summary>
    public int PatchSize { get; init; } = 2;

    /// <summary>Between the feed-forward layers; "gelu-approximate", "gelu", "geglu" or "geglu-approximate".</summary>
    public string ActivationFn { get; init; } = "gelu-approximate";

    /// <summary>Number of classes.</summary>
    public int? NumEmbedsAdaNorm { get; init; } = 1000;

    /// <summary>Whether the arithmetic of attention is float32 on every device.</summary>
    public bool UpcastAttention { get; init; }

    /// <summary>"ada_norm_zero": time and class set scale, shift and gate of every block.</summary>
    public string NormType { get; init; } = "ada_norm_zero";

    /// <summary>Whether the norms before the feed-forward layers have a scale and shift of their own.</summary>
    public bool NormElementwiseAffine { get; init; }

    /// <summary>ε of these norms.</summary>
    public double NormEps { get; init; } = 1e-5;

    /// <summary>Whether all blocks share one embedding of time and class; diffusers has one in each. Not in diffusers.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool SharedEmbedding { get; init; }

    /// <summary>Shift of the sinusoids' frequencies: 1 in diffusers, 0 in the original. Not in diffusers.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? FreqShift { get; init; }

    /// <summary>Channels between the feed-forward layers in units of those of the tokens; 4 when null. Not in diffusers.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? MlpRatio { get; init; }

    /// <summary>Whether there is a label that means "any"; there is when null. Not in diffusers.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? HasNullLabel { get; init; }

    /// <summary>C of the tokens.</summary>
    [JsonIgnore]
    public int Width => NumAttentionHeads * AttentionHeadDim;

    /// <summary>The label that means "any", which is the number of classes; null for a network that was trained without.</summary>
    [JsonIgnore]
    public int? NullLabel => HasNullLabel ?? true ? NumEmbedsAdaNorm : null;

    /// <summary>By how much the positions of large images are squeezed; only files of Transformer2DModel have it.</summary>
    internal int PositionScale => ClassName == "Transformer2DModel" ? Math.Max(SampleSize / 64, 1) : 1;

    /// <summary>Reads the text of a <c>config.json</c>. Fields that are not known are ignored; missing ones have their defaults.</summary>
    /// <exception cref="JsonException">The text is not JSON of this layout.</exception>
    public static DiTConfig FromJson(string json) => DiffusersJson.Read<DiTConfig>(json, "DiTTransformer2DModel");

    /// <inheritdoc/>
    public override DiffusionTransformer Create(ulong seed = 0) => new(this, seed);

    /// <inheritdoc/>
    public override DiTConfig For(NetworkNeeds needs) => this with
    {
        SampleSize = needs.Height == needs.Width ? needs.Height : throw new ArgumentException(
            $"network: a DiT is made for square images; got {needs.Height}×{needs.Width}.", nameof(needs)),
        InChannels = needs.Channels,
        OutChannels = needs.OutChannels,
        NumEmbedsAdaNorm = needs.Labels ?? 1,
        HasNullLabel = false,
    };

    /// <summary>The text of a <c>config.json</c> that diffusers reads.</summary>
    public override string ToJson() => DiffusersJson.Write(this);
}
