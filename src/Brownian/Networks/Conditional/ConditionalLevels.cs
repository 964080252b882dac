using Brownian.Networks.Blocks;
using Brownian.Networks.UNet;
using static TorchSharp.torch;

namespace Brownian.Networks.Conditional;

/// <summary>From a configuration to the levels of a <see cref="UNet2DCondition"/>.</summary>
internal sealed class ConditionalLevels
{
    private readonly UNet2DConditionConfig config;
    private readonly ComputeSettings compute;
    private readonly UNet2DConfig trunk;
    private readonly LevelTable levels;

    /// <exception cref="ArgumentException">The configuration contradicts itself.</exception>
    public ConditionalLevels(UNet2DConditionConfig config, ComputeSettings compute)
    {
        (this.config, this.compute) = (config, compute);
        levels = new LevelTable(config);
        trunk = new()
        {
            BlockOutChannels = config.BlockOutChannels,
            TimeEmbeddingDim = config.BlockEmbeddingChannels,
            DownsamplePadding = config.DownsamplePadding,
            MidBlockScaleFactor = config.MidBlockScaleFactor,
            Dropout = config.Dropout,
            ActFn = config.ActFn,
            NormNumGroups = config.NormNumGroups,
            NormEps = config.NormEps,
            ResnetTimeScaleShift = config.ResnetTimeScaleShift,
            AddAttention = false,
        };
    }

    public DownLevel[] Down() => [.. Enumerable.Range(0, levels.Count).Select(i => Down(i, levels.Channels[Math.Max(i - 1, 0)]))];

    /// <exception cref="ArgumentException">The type is unknown.</exception>
    public MidLevel? Middle()
    {
        var i = levels.Count - 1;
        var level = Level(i, levels.HeadChannels[i]);
        var groups = config.NormNumGroups ?? LevelOptions.QuarterGroups(level.Channels);
        return config.MidBlockType switch
        {
            null => null,
            "UNetMidBlock2D" => new(level, isSingle: true),
            "UNetMidBlock2DCrossAttn" => new(level with { Mixer = _ => Transformer(i, levels.Depths[i][0], onlyCross: false, groups) }),
            "UNetMidBlock2DSimpleCrossAttn" => new(level with
            {
                SkipsActivation = config.ResnetSkipTimeAct,
                Mixer = _ => Added(i, levels.HeadChannels[i], levels.MiddleOnlyCross, groups),
            }),
            var other => throw new ArgumentException(
                $"mid_block_type: expected UNetMidBlock2DCrossAttn, UNetMidBlock2DSimpleCrossAttn, UNetMidBlock2D or null; got \"{other}\"."),
        };
    }

    public UpLevel[] Up() => [.. Enumerable.Range(0, levels.Count).Select(Up)];

    private DownLevel Down(int i, int from)
    {
        var (type, level) = (DownLevel.PlainName(config.DownBlockTypes[i]), Level(i, levels.HeadChannels[i]));
        return type switch
        {
            "DownBlock2D" or "AttnDownBlock2D" => DownLevel.Create(type, from, level),
            "CrossAttnDownBlock2D" => new PlainDownLevel(
                from, level with { Mixer = j => Transformer(i, levels.Depths[i][j], levels.OnlyCross[i], level.Groups(level.Channels)) }, Resizing.Convolution),
            "ResnetDownsampleBlock2D" => new PlainDownLevel(from, Unscaled(level), Resizing.ResBlock),
            "SimpleCrossAttnDownBlock2D" => new PlainDownLevel(
                from, Unscaled(level) with { Mixer = _ => Added(i, levels.HeadChannels[i], levels.OnlyCross[i], level.Groups(level.Channels)) }, Resizing.ResBlock),
            "KDownBlock2D" => new KDownLevel(from, level, null),
            "KCrossAttnDownBlock2D" => new KDownLevel(from, level, Karras(i, levels.HeadChannels[i], level.IsLast)),
            _ => throw new ArgumentException(
                "down_block_types: expected CrossAttnDownBlock2D, DownBlock2D, AttnDownBlock2D, SimpleCrossAttnDownBlock2D, ResnetDownsampleBlock2D, "
                + $"KCrossAttnDownBlock2D or KDownBlock2D; got \"{type}\"."),
        };
    }

    private UpLevel Up(int number)
    {
        // diffusers mirrors all lists but the channels of a head.
        var (i, headChannels) = (levels.Count - 1 - number, levels.HeadChannels[number]);
        var level = Level(i, headChannels) with { IsLast = i == 0 };
        var meeting = new UpChannels(levels.Channels[Math.Min(i + 1, levels.Count - 1)], levels.Channels[Math.Max(i - 1, 0)]);
        var type = DownLevel.PlainName(config.UpBlockTypes[number]);
        return type switch
        {
            "UpBlock2D" or "AttnUpBlock2D" => UpLevel.Create(type, meeting, level),
            "CrossAttnUpBlock2D" => new PlainUpLevel(
                meeting, level with { Mixer = j => Transformer(i, levels.UpDepths[number][j], levels.OnlyCross[i], level.Groups(level.Channels)) }, Resizing.Convolution),
            "ResnetUpsampleBlock2D" => new PlainUpLevel(meeting, Unscaled(level), Resizing.ResBlock),
            "SimpleCrossAttnUpBlock2D" => new PlainUpLevel(
                meeting, Unscaled(level) with { Mixer = _ => Added(i, headChannels, levels.OnlyCross[i], level.Groups(level.Channels)) }, Resizing.ResBlock),
            "KUpBlock2D" => new KUpLevel(meeting.LastKept, level, null, isFirst: number == 0),
            "KCrossAttnUpBlock2D" => new KUpLevel(meeting.LastKept, level, Karras(i, headChannels, number == 0), isFirst: number == 0),
            _ => throw new ArgumentException(
                "up_block_types: expected CrossAttnUpBlock2D, UpBlock2D, AttnUpBlock2D, SimpleCrossAttnUpBlock2D, ResnetUpsampleBlock2D, "
                + $"KCrossAttnUpBlock2D or KUpBlock2D; got \"{type}\"."),
        };
    }

    private LevelOptions Level(int i, int headChannels) => new()
    {
        Config = trunk with { LayersPerBlock = levels.Layers[i], AttentionHeadDim = headChannels },
        Compute = compute,
        Channels = levels.Channels[i],
        IsLast = i == levels.Count - 1,
        FitsSizes = true,
    };

    private LevelOptions Unscaled(LevelOptions level) =>
        level with { OutputScale = config.ResnetOutScaleFactor, SkipsActivation = config.ResnetSkipTimeAct };

    private nn.Module Transformer(int i, int depth, bool onlyCross, long groups)
    {
        var options = new SpatialTransformerOptions
        {
            Channels = levels.Channels[i],
            Heads = levels.Heads[i],
            ContextChannels = levels.ContextChannels[i],
            Groups = groups,
            Depth = depth,
            IsLinear = config.UseLinearProjection,
            OnlyCross = onlyCross,
            Upcast = config.UpcastAttention,
        };
        return config.DualCrossAttention ? new DualTransformer(options, compute) : new SpatialTransformer(options, compute);
    }

    private AddedAttention Added(int i, int headChannels, bool onlyCross, long groups) => new(
        new()
        {
            Channels = levels.Channels[i],
            HeadChannels = headChannels,
            ContextChannels = levels.ContextChannels[i],
            Groups = groups,
            OnlyCross = onlyCross,
            ContextNorm = config.CrossAttentionNorm,
        },
        compute);

    private KAttentionOptions Karras(int i, int headChannels, bool attendsToItself) =>
        new(headChannels, levels.ContextChannels[i], config.BlockEmbeddingChannels, attendsToItself);
}
