using Brownian.Networks.Blocks;
using static TorchSharp.torch;

namespace Brownian.Networks.UNet;

/// <summary>What all blocks of one level of a UNet share.</summary>
internal sealed record LevelOptions
{
    public required UNet2DConfig Config { get; init; }

    public required ComputeSettings Compute { get; init; }

    /// <summary>Channels of the level.</summary>
    public required long Channels { get; init; }

    /// <summary>Whether the level ends without a change of resolution.</summary>
    public required bool IsLast { get; init; }

    /// <summary>Whether the residual blocks are followed by attention.</summary>
    public bool Attends { get; init; }

    /// <summary>Attention heads; as many as channels allow when null.</summary>
    public int? Heads { get; init; }

    /// <summary>Makes what follows each residual block in place of attention among pixels, an <see cref="IMixer"/>, by the block's number.</summary>
    public Func<int, nn.Module>? Mixer { get; init; }

    /// <summary>Whether the blocks see the time embedding before its activation.</summary>
    public bool SkipsActivation { get; init; }

    /// <summary>Whether a doubling makes an image of the size of the kept map that it will meet, so that odd sizes return.</summary>
    public bool FitsSizes { get; init; }

    /// <summary>What sums are divided by.</summary>
    public double OutputScale { get; init; } = 1;

    /// <summary>Groups of norms as a function of channels; the configured number when null.</summary>
    public Func<long, long>? GroupsOf { get; init; }

    public ResBlock Block(long from, long to, Resample resample = Resample.None, long? groups = null) => new(
        new()
        {
            InChannels = from,
            OutChannels = to,
            EmbeddingChannels = Config.EmbeddingChannels,
            Groups = groups ?? Groups(from),
            GroupsOut = Groups(to),
            Epsilon = Config.NormEps,
            Activation = Activations.Parse(Config.ActFn),
            Dropout = Config.Dropout,
            ScaleShift = ScaleShift(Config),
            OutputScale = OutputScale,
            Resample = resample,
            ForceShortcut = resample is Resample.FirDown or Resample.FirUp,
        },
        Compute);

    public Attention Attend(long? groups) => new(
        new()
        {
            Channels = Channels,
            HeadChannels = HeadChannels(),
            Groups = groups,
            Epsilon = Config.NormEps,
            OutputScale = OutputScale,
        },
        Compute);

    /// <summary>What follows <paramref name="count"/> residual blocks, an <see cref="IMixer"/> each; empty for nothing.</summary>
    public nn.Module[] Mixers(int count) => Mixer is { } make ? [.. Enumerable.Range(0, count).Select(make)]
        : Attends ? [.. Enumerable.Range(0, count).Select(_ => Attend(Groups(Channels)))]
        : [];

    /// <summary>The embedding that the blocks see, [N, E].</summary>
    public Tensor Seen(Told told) => SkipsActivation ? told.Raw : told.Active;

    private long HeadChannels() => Heads switch
    {
        null => Config.AttentionHeadDim ?? Channels,
        > 0 and var heads when Channels % heads == 0 => Channels / heads,
        var heads => throw new ArgumentException($"num_attention_heads: expected a divisor of the level's {Channels} channels; got {heads}."),
    };

    public long Groups(long channels) => GroupsOf?.Invoke(channels) ?? Config.NormNumGroups
        ?? throw new ArgumentException("norm_num_groups: expected a number; got null, which only Skip blocks and the middle take.");

    public static bool ScaleShift(UNet2DConfig config) => config.ResnetTimeScaleShift switch
    {
        "default" => false,
        "scale_shift" => true,
        var other => throw new ArgumentException($"resnet_time_scale_shift: expected default or scale_shift; got \"{other}\"."),
    };

    /// <summary>A quarter of the channels, at most 32: the norms of Skip blocks.</summary>
    public static long QuarterGroups(long channels) => Math.Min(channels / 4, 32);
}
