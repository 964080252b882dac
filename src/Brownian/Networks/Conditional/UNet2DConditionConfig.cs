using System.Text.Json;
using System.Text.Json.Serialization;
using Brownian.Networks.UNet;

namespace Brownian.Networks.Conditional;

/// <summary>
/// The configuration of a <see cref="UNet2DCondition"/>, field by field and default by default that of diffusers'
/// <c>UNet2DConditionModel</c> (0.25.1), whose <c>config.json</c> it reads and writes.
/// </summary>
public sealed record UNet2DConditionConfig() : NetworkConfig("UNet2DConditionModel")
{
    /// <summary>The oldest diffusers that knows every field written here.</summary>
    [JsonPropertyName("_diffusers_version")]
    [JsonPropertyOrder(-1)]
    public string DiffusersVersion { get; init; } = "0.25.1";

    /// <summary>Size of the input, in its pixels. Says what the network was trained on; any size is accepted where only convolutions resize.</summary>
    public ImageSize? SampleSize { get; init; }

    /// <summary>Channels of the input, those of Condition.Image included.</summary>
    public int InChannels { get; init; } = 4;

    /// <summary>Channels of the output; twice the data's when the variance is learned.</summary>
    public int OutChannels { get; init; } = 4;

    /// <summary>Whether the input is mapped from [0, 1] to [−1, 1] first.</summary>
    public bool CenterInputSample { get; init; }

    /// <summary>Cosines before sines.</summary>
    public bool FlipSinToCos { get; init; } = true;

    /// <summary>Shift of the sinusoids' frequencies.</summary>
    public double FreqShift { get; init; }

    /// <summary>A block type for each level, from the image inwards.</summary>
    public IReadOnlyList<string> DownBlockTypes { get; init; } = ["CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"];

    /// <summary>"UNetMidBlock2DCrossAttn", "UNetMidBlock2DSimpleCrossAttn", "UNetMidBlock2D" or null for none.</summary>
    public string? MidBlockType { get; init; } = "UNetMidBlock2DCrossAttn";

    /// <summary>A block type for each level, from the middle outwards.</summary>
    public IReadOnlyList<string> UpBlockTypes { get; init; } = ["UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"];

    /// <summary>Whether levels attend to the condition only and not to themselves.</summary>
    public OneOrMany<bool> OnlyCrossAttention { get; init; } = false;

    /// <summary>Channels of each level, from the image inwards.</summary>
    public IReadOnlyList<int> BlockOutChannels { get; init; } = [320, 640, 1280, 1280];

    /// <summary>Residual blocks a level on the way down; one more on the way up.</summary>
    public OneOrMany<int> LayersPerBlock { get; init; } = 2;

    /// <summary>Padding of halving convolutions; 0 pads below and to the right only.</summary>
    public int DownsamplePadding { get; init; } = 1;

    /// <summary>What the middle block divides its sums by.</summary>
    public double MidBlockScaleFactor { get; init; } = 1;

    /// <summary>Probability that a feature is dropped in residual blocks, while training.</summary>
    public double Dropout { get; init; }

    /// <summary>"silu", "swish", "mish", "gelu" or "relu".</summary>
    public string ActFn { get; init; } = "silu";

    /// <summary>Groups of the norms; null, with K blocks, for norms in groups of 32 channels and none at the end.</summary>
    public int? NormNumGroups { get; init; } = 32;

    /// <summary>ε of the norms.</summary>
    public double NormEps { get; init; } = 1e-5;

    /// <summary>Channels of the condition's tokens, as attention sees them.</summary>
    public OneOrMany<int> CrossAttentionDim { get; init; } = 1280;

    /// <summary>Transformer blocks after each residual block: for all, for each level, or for each residual block of each level.</summary>
    public OneOrMany<OneOrMany<int>> TransformerLayersPerBlock { get; init; } = new(new OneOrMany<int>(1));

    /// <summary>The same on the way up, from the middle outwards, where it is not the mirror image.</summary>
    public OneOrMany<OneOrMany<int>>? ReverseTransformerLayersPerBlock { get; init; }

    /// <summary>Channels of the tokens as they are given, where they are projected; null where they are not.</summary>
    public int? EncoderHidDim { get; init; }

    /// <summary>"text_proj", "text_image_proj" or "image_proj": how; "text_proj" when null and <see cref="EncoderHidDim"/> is given.</summary>
    public string? EncoderHidDimType { get; init; }

    /// <summary>
    /// The number of attention heads of the CrossAttn blocks, whatever its name says; channels of one head in the other blocks. A mistake of
    /// diffusers that all its files share.
    /// </summary>
    public OneOrMany<int>? AttentionHeadDim { get; init; } = 8;

    /// <summary>null: diffusers refuses anything else.</summary>
    public OneOrMany<int>? NumAttentionHeads { get; init; }

    /// <summary>Whether each attention is two, to the first 77 tokens and to the 257 after them (Versatile Diffusion).</summary>
    public bool DualCrossAttention { get; init; }

    /// <summary>Whether transformers begin and end with linear layers rather than 1×1 convolutions: the same numbers, other shapes in files.</summary>
    public bool UseLinearProjection { get; init; }

    /// <summary>null (a table of <see cref="NumClassEmbeds"/>), "timestep", "identity", "projection" or "simple_projection".</summary>
    public string? ClassEmbedType { get; init; }

    /// <summary>null, "text", "image", "text_image", "text_time" or "image_hint": what else is added to the time embedding.</summary>
    public string? AdditionEmbedType { get; init; }

    /// <summary>Channels of the features of each of Condition.TimeIds.</summary>
    public int? AdditionTimeEmbedDim { get; init; }

    /// <summary>Number of class labels.</summary>
    public int? NumClassEmbeds { get; init; }

    /// <summary>Whether the arithmetic of attention is float32 on every device.</summary>
    public bool UpcastAttention { get; init; }

    /// <summary>"default": the time embedding shifts before the norm; "scale_shift": it scales and shifts after it.</summary>
    public string ResnetTimeScaleShift { get; init; } = "default";

    /// <summary>Whether the residual blocks of Resnet and SimpleCrossAttn levels see the time embedding before its activation.</summary>
    public bool ResnetSkipTimeAct { get; init; }

    /// <summary>What these blocks divide their sums by.</summary>
    public double ResnetOutScaleFactor { get; init; } = 1;

    /// <summary>"positional", or "fourier" (of the label itself).</summary>
    public string TimeEmbeddingType { get; init; } = "positional";

    /// <summary>Width of the time embedding; four times the first level's channels when null, twice for "fourier".</summary>
    public int? TimeEmbeddingDim { get; init; }

    /// <summary>An activation of the whole embedding before the blocks; null for none.</summary>
    public string? TimeEmbeddingActFn { get; init; }

    /// <summary>An activation after the time embedding's layers; null for none.</summary>
    public string? TimestepPostAct { get; init; }

    /// <summary>Width of Condition.GuidanceEmbedding; null for networks without one.</summary>
    public int? TimeCondProjDim { get; init; }

    /// <summary>Side of the first convolution's kernel.</summary>
    public int ConvInKernel { get; init; } = 3;

    /// <summary>Side of the last convolution's kernel.</summary>
    public int ConvOutKernel { get; init; } = 3;

    /// <summary>Width of the vectors that class and added embeddings are projected from.</summary>
    public int? ProjectionClassEmbeddingsInputDim { get; init; }

    /// <summary>"default".</summary>
    public string AttentionType { get; init; } = "default";

    /// <summary>Whether the class embedding stands beside the time embedding rather than being added.</summary>
    public bool ClassEmbeddingsConcat { get; init; }

    /// <summary>Whether the middle attends to the condition only; as the levels, if these agree, when null.</summary>
    public bool? MidBlockOnlyCrossAttention { get; init; }

    /// <summary>null, "layer_norm" or "group_norm": what SimpleCrossAttn levels do to the tokens first.</summary>
    public string? CrossAttentionNorm { get; init; }

    /// <summary>Heads of the pooling of tokens for the addition "text".</summary>
    public int AdditionEmbedTypeNumHeads { get; init; } = 64;

    /// <summary>Width of the time embedding.</summary>
    [JsonIgnore]
    public int EmbeddingChannels => TimeEmbeddingDim ?? BlockOutChannels[0] * (TimeEmbeddingType == "fourier" ? 2 : 4);

    /// <summary>Whether the network must be told a class.</summary>
    [JsonIgnore]
    public bool IsClassConditional => ClassEmbedType is not null || NumClassEmbeds is not null;

    /// <summary>The width that the blocks see.</summary>
    internal int BlockEmbeddingChannels => EmbeddingChannels * (ClassEmbeddingsConcat ? 2 : 1);

    /// <summary>How tokens are projected; null for not at all.</summary>
    internal string? TokenProjectionType => EncoderHidDimType ?? (EncoderHidDim is null ? null : "text_proj");

    /// <summary>Reads the text of a <c>config.json</c>. Fields that are not known are ignored; missing ones have their defaults.</summary>
    /// <exception cref="JsonException">The text is not JSON of this layout.</exception>
    public static UNet2DConditionConfig FromJson(string json) => DiffusersJson.Read<UNet2DConditionConfig>(json, "UNet2DConditionModel");

    /// <inheritdoc/>
    public override UNet2DCondition Create(ulong seed = 0) => new(this, seed);

    /// <inheritdoc/>
    public override UNet2DConditionConfig For(NetworkNeeds needs) => this with
    {
        SampleSize = new ImageSize(needs.Height, needs.Width),
        InChannels = needs.Channels,
        OutChannels = needs.OutChannels,
        NumClassEmbeds = needs.Labels,
    };

    /// <summary>The text of a <c>config.json</c> that diffusers reads.</summary>
    public override string ToJson() => DiffusersJson.Write(this);
}
