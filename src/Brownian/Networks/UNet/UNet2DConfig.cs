using System.Text.Json;
using System.Text.Json.Serialization;

namespace Brownian.Networks.UNet;

/// <summary>
/// The configuration of a <see cref="UNet2D"/>, field by field and default by default that of diffusers' <c>UNet2DModel</c>
/// (0.25.1 to 0.40), whose <c>config.json</c> it reads and writes.
/// </summary>
public sealed record UNet2DConfig() : NetworkConfig("UNet2DModel")
{
    /// <summary>The oldest diffusers that knows every field written here.</summary>
    [JsonPropertyName("_diffusers_version")]
    [JsonPropertyOrder(-1)]
    public string DiffusersVersion { get; init; } = "0.25.1";

    /// <summary>Size of the images, in pixels. Says what the network was trained on; any size that divides is accepted.</summary>
    public ImageSize? SampleSize { get; init; }

    /// <summary>Channels of the input.</summary>
    public int InChannels { get; init; } = 3;

    /// <summary>Channels of the output; twice the image's when the variance is learned.</summary>
    public int OutChannels { get; init; } = 3;

    /// <summary>Whether the input is mapped from [0, 1] to [−1, 1] first.</summary>
    public bool CenterInputSample { get; init; }

    /// <summary>"positional", "fourier" (of log σ; the output is divided by σ) or "learned".</summary>
    public string TimeEmbeddingType { get; init; } = "positional";

    /// <summary>Width of the time embedding; four times the first level's channels when null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? TimeEmbeddingDim { get; init; }

    /// <summary>Shift of the sinusoids' frequencies.</summary>
    public double FreqShift { get; init; }

    /// <summary>Cosines before sines.</summary>
    public bool FlipSinToCos { get; init; } = true;

    /// <summary>A block type for each level, from the image inwards.</summary>
    public IReadOnlyList<string> DownBlockTypes { get; init; } = ["DownBlock2D", "AttnDownBlock2D", "AttnDownBlock2D", "AttnDownBlock2D"];

    /// <summary>"UNetMidBlock2D", or null for none.</summary>
    public string? MidBlockType { get; init; } = "UNetMidBlock2D";

    /// <summary>A block type for each level, from the middle outwards.</summary>
    public IReadOnlyList<string> UpBlockTypes { get; init; } = ["AttnUpBlock2D", "AttnUpBlock2D", "AttnUpBlock2D", "UpBlock2D"];

    /// <summary>Channels of each level, from the image inwards.</summary>
    public IReadOnlyList<int> BlockOutChannels { get; init; } = [224, 448, 672, 896];

    /// <summary>Residual blocks a level on the way down; one more on the way up.</summary>
    public int LayersPerBlock { get; init; } = 2;

    /// <summary>What the middle block divides its sums by.</summary>
    public double MidBlockScaleFactor { get; init; } = 1;

    /// <summary>Padding of halving convolutions; 0 pads below and to the right only.</summary>
    public int DownsamplePadding { get; init; } = 1;

    /// <summary>"conv" or "resnet": how AttnDownBlock2D halves.</summary>
    public string? DownsampleType { get; init; } = "conv";

    /// <summary>"conv" or "resnet": how AttnUpBlock2D doubles.</summary>
    public string? UpsampleType { get; init; } = "conv";

    /// <summary>Probability that a feature is dropped, while training.</summary>
    public double Dropout { get; init; }

    /// <summary>"silu", "swish", "mish", "gelu" or "relu".</summary>
    public string ActFn { get; init; } = "silu";

    /// <summary>Channels of one attention head; null for a single head.</summary>
    public int? AttentionHeadDim { get; init; } = 8;

    /// <summary>Groups of the norms; null for channels/4, at most 32.</summary>
    public int? NormNumGroups { get; init; } = 32;

    /// <summary>Groups of the middle attention's norm; null for <see cref="NormNumGroups"/>, or for none with scale-shift.</summary>
    public int? AttnNormNumGroups { get; init; }

    /// <summary>ε of the norms.</summary>
    public double NormEps { get; init; } = 1e-5;

    /// <summary>"default": the time embedding shifts before the norm; "scale_shift": it scales and shifts after it.</summary>
    public string ResnetTimeScaleShift { get; init; } = "default";

    /// <summary>Whether the middle block attends.</summary>
    public bool AddAttention { get; init; } = true;

    /// <summary>null, "timestep" or "identity": how a class condition enters.</summary>
    public string? ClassEmbedType { get; init; }

    /// <summary>Number of class labels; one more than classes when trained for guidance, the last meaning "any".</summary>
    public int? NumClassEmbeds { get; init; }

    /// <summary>Number of steps that a "learned" time embedding knows.</summary>
    public int? NumTrainTimesteps { get; init; }

    /// <summary>Attention heads of every block, whatever its channels, in place of <see cref="AttentionHeadDim"/>. Not in diffusers.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? NumAttentionHeads { get; init; }

    /// <summary>Attention heads on the way up; as elsewhere when null. Not in diffusers.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? NumAttentionHeadsUp { get; init; }

    /// <summary>Width of the sinusoidal features of the time; the first level's channels when null. Not in diffusers.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? TimeFeatureChannels { get; init; }

    /// <summary>Whether halving averages and doubling repeats, without convolutions, where no residual block does it. Not in diffusers.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool PlainResampling { get; init; }

    /// <summary>
    /// Whether Condition.Image, of any size, is enlarged and shown beside the noisy image; <see cref="InChannels"/> counts both. Not in
    /// diffusers.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool LowResolutionInput { get; init; }

    /// <summary>Whether the network must be told a class.</summary>
    [JsonIgnore]
    public bool IsClassConditional => ClassEmbedType is "timestep" or "identity" || (ClassEmbedType is null && NumClassEmbeds is not null);

    /// <summary>Width of the time embedding that the blocks see.</summary>
    [JsonIgnore]
    public int EmbeddingChannels => TimeEmbeddingDim is > 0 and var width ? width : BlockOutChannels[0] * 4;

    /// <summary>The same network with as few fields as diffusers' class needs, or what of it the class does not have.</summary>
    internal (UNet2DConfig? Config, string? Missing) InDiffusers() =>
        NumAttentionHeads is { } heads && heads != 1 ? (null, "fixed number of attention heads (num_heads)")
        : NumAttentionHeadsUp is not null ? (null, "other number of heads on the way up")
        : TimeFeatureChannels is { } features && features != BlockOutChannels[0] ? (null, "time features of another width than the first level's")
        : PlainResampling ? (null, "resampling without convolutions")
        : LowResolutionInput ? (null, "small image beside the noisy one")
        : (this with
        {
            NumAttentionHeads = null,
            AttentionHeadDim = NumAttentionHeads == 1 ? null : AttentionHeadDim,
            TimeFeatureChannels = null,
            TimeEmbeddingDim = TimeEmbeddingDim == 4 * BlockOutChannels[0] ? null : TimeEmbeddingDim,
        }, null);

    /// <summary>Reads the text of a <c>config.json</c>. Fields that are not known are ignored; missing ones have their defaults.</summary>
    /// <exception cref="JsonException">The text is not JSON of this layout.</exception>
    public static UNet2DConfig FromJson(string json) => DiffusersJson.Read<UNet2DConfig>(json, "UNet2DModel");

    /// <inheritdoc/>
    public override UNet2D Create(ulong seed = 0) => new(this, seed);

    /// <inheritdoc/>
    public override UNet2DConfig For(NetworkNeeds needs) => this with
    {
        SampleSize = new ImageSize(needs.Height, needs.Width),
        InChannels = LowResolutionInput ? 2 * needs.Channels : needs.Channels,
        OutChannels = needs.OutChannels,
        NumClassEmbeds = needs.Labels,
        NumTrainTimesteps = TimeEmbeddingType == "learned" ? needs.Levels ?? NumTrainTimesteps : NumTrainTimesteps,
    };

    /// <summary>The text of a <c>config.json</c> that diffusers reads.</summary>
    public override string ToJson() => DiffusersJson.Write(this);
}
