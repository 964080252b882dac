using Brownian.Networks.Conditional;
using static TorchSharp.torch;

namespace Brownian.Tests.Networks;

/// <summary>Small conditional UNets, one for each option of the configuration, and conditions that fit them.</summary>
internal static class ConditionalShapes
{
    public const int TokenWidth = 12, VectorWidth = 10, Levels = 2;

    public static readonly UNet2DConditionConfig Small = new()
    {
        BlockOutChannels = [16, 32],
        DownBlockTypes = ["CrossAttnDownBlock2D", "DownBlock2D"],
        UpBlockTypes = ["UpBlock2D", "CrossAttnUpBlock2D"],
        LayersPerBlock = 1,
        NormNumGroups = 4,
        AttentionHeadDim = 4,
        CrossAttentionDim = TokenWidth,
    };

    private static readonly UNet2DConditionConfig Simple = Small with
    {
        DownBlockTypes = ["ResnetDownsampleBlock2D", "SimpleCrossAttnDownBlock2D"],
        MidBlockType = "UNetMidBlock2DSimpleCrossAttn",
        UpBlockTypes = ["SimpleCrossAttnUpBlock2D", "ResnetUpsampleBlock2D"],
    };

    private static readonly UNet2DConditionConfig Karras = Small with
    {
        DownBlockTypes = ["KDownBlock2D", "KCrossAttnDownBlock2D"],
        MidBlockType = null,
        UpBlockTypes = ["KCrossAttnUpBlock2D", "KUpBlock2D"],
        BlockOutChannels = [32, 64],
        LayersPerBlock = 2,
        NormNumGroups = null,
        AttentionHeadDim = 32,
        ActFn = "gelu",
        TimeEmbeddingType = "fourier",
        ConvInKernel = 1,
        ConvOutKernel = 1,
    };

    public static readonly IReadOnlyDictionary<string, UNet2DConditionConfig> All = new Dictionary<string, UNet2DConditionConfig>
    {
        ["plain"] = Small,
        ["linear projections, deep, upcast"] = Small with { UseLinearProjection = true, TransformerLayersPerBlock = new(new OneOrMany<int>(2)), UpcastAttention = true },
        ["a list for each level"] = Small with
        {
            DownBlockTypes = ["CrossAttnDownBlock2D", "CrossAttnDownBlock2D"],
            UpBlockTypes = ["CrossAttnUpBlock2D", "CrossAttnUpBlock2D"],
            LayersPerBlock = new([1, 2]),
            AttentionHeadDim = new([2, 4]),
            CrossAttentionDim = new([TokenWidth, TokenWidth]),
            OnlyCrossAttention = new([true, false]),
            TransformerLayersPerBlock = new([new OneOrMany<int>(1), new OneOrMany<int>([2, 1])]),
            ReverseTransformerLayersPerBlock = new([new OneOrMany<int>([1, 1, 2]), new OneOrMany<int>(1)]),
        },
        ["only cross-attention"] = Small with { OnlyCrossAttention = true },
        ["two attentions in each"] = Small with { DualCrossAttention = true },
        ["attention without tokens"] = Small with
        {
            DownBlockTypes = ["DownBlock2D", "AttnDownBlock2D"],
            UpBlockTypes = ["AttnUpBlock2D", "UpBlock2D"],
            MidBlockType = "UNetMidBlock2D",
        },
        ["added keys"] = Simple,
        ["added keys, scale-shift, scaled"] = Simple with { ResnetTimeScaleShift = "scale_shift", ResnetSkipTimeAct = true, ResnetOutScaleFactor = 1.4 },
        ["added keys, only cross-attention"] = Simple with { OnlyCrossAttention = true },
        ["added keys, only in the middle"] = Simple with { MidBlockOnlyCrossAttention = true },
        ["added keys after a norm of groups"] = Simple with { CrossAttentionDim = 32, CrossAttentionNorm = "group_norm", EncoderHidDim = TokenWidth },
        ["K blocks"] = Karras,
        ["K blocks, guidance scale"] = Karras with { TimeCondProjDim = VectorWidth },
        ["classes from a table"] = Small with { NumClassEmbeds = 3 },
        ["classes as numbers"] = Small with { ClassEmbedType = "timestep" },
        ["classes as vectors"] = Small with { ClassEmbedType = "identity", TimeEmbeddingDim = VectorWidth },
        ["projected vectors"] = Small with { ClassEmbedType = "projection", ProjectionClassEmbeddingsInputDim = VectorWidth },
        ["simply projected vectors beside the time"] = Small with
        {
            ClassEmbedType = "simple_projection",
            ProjectionClassEmbeddingsInputDim = VectorWidth,
            ClassEmbeddingsConcat = true,
        },
        ["added text"] = Small with { AdditionEmbedType = "text", AdditionEmbedTypeNumHeads = 3 },
        ["added text and image"] = Small with { AdditionEmbedType = "text_image", EncoderHidDim = TokenWidth, EncoderHidDimType = "text_image_proj" },
        ["added text and sizes"] = Small with { AdditionEmbedType = "text_time", AdditionTimeEmbedDim = 4, ProjectionClassEmbeddingsInputDim = TokenWidth + 24 },
        ["added image"] = Small with { AdditionEmbedType = "image", EncoderHidDim = TokenWidth, EncoderHidDimType = "image_proj" },
        ["added image and hint"] = Small with { AdditionEmbedType = "image_hint", EncoderHidDim = TokenWidth, EncoderHidDimType = "image_proj", InChannels = 8 },
        ["guidance scale, activations"] = Small with { TimeCondProjDim = VectorWidth, TimestepPostAct = "silu", TimeEmbeddingActFn = "gelu" },
        ["kernels, input from 0 to 1, asymmetric"] = Small with { ConvInKernel = 5, ConvOutKernel = 1, CenterInputSample = true, DownsamplePadding = 0 },
    };

    /// <summary>A network whose every weight is drawn anew, so that nothing is zero.</summary>
    public static UNet2DCondition Network(UNet2DConditionConfig config)
    {
        var network = config.Create(seed: 7);
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using var noise = new RandomStream(11);
        foreach (var (_, parameter) in network.named_parameters())
        {
            var spread = parameter.dim() < 2 ? 0.2 : Math.Sqrt((double)parameter.size(0) / parameter.numel());
            parameter.copy_(noise.NormalLike(parameter) * spread + (parameter.dim() < 2 ? parameter : 0));
        }

        network.eval();
        return network;
    }

    /// <summary>All that a network asks for, for two samples of 8×8.</summary>
    public static Condition For(UNet2DConditionConfig config)
    {
        using var noise = new RandomStream(5);
        Tensor Draw(params long[] shape) => noise.NormalLike(zeros(shape));
        var tokens = config.DualCrossAttention ? 77 + 3 : 6;
        return new()
        {
            Labels = config.NumClassEmbeds is not null || config.ClassEmbedType == "timestep" ? tensor(new long[] { 0, 2 }) : null,
            Embedding = config.ClassEmbedType is "identity" or "projection" or "simple_projection" ? Draw(2, VectorWidth) : null,
            Tokens = Draw(2, tokens, TokenWidth),
            TextEmbedding = config.AdditionEmbedType is "text_image" or "text_time" ? Draw(2, TokenWidth) : null,
            ImageEmbedding = config.AdditionEmbedType is "text_image" or "image" or "image_hint" ? Draw(2, TokenWidth) : null,
            TimeIds = config.AdditionEmbedType == "text_time" ? tensor(new float[,] { { 8, 8, 0, 0, 8, 8 }, { 8, 4, 1, 0, 8, 8 } }) : null,
            GuidanceEmbedding = config.TimeCondProjDim is null ? null : Draw(2, VectorWidth),
            Hint = config.AdditionEmbedType == "image_hint" ? Draw(2, 3, 64, 64) : null,
        };
    }
}
