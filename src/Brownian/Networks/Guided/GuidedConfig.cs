using Brownian.Networks.UNet;

namespace Brownian.Networks.Guided;

/// <summary>
/// The constructor arguments of improved-diffusion's and guided-diffusion's networks, name by name and default by default (Nichol and
/// Dhariwal 2021; Dhariwal and Nichol 2021, "ADM").
/// </summary>
public abstract record GuidedConfig : NetworkConfig
{
    /// <summary>Sets the name of the class.</summary>
    /// <param name="className">See <see cref="NetworkConfig.ClassName"/>.</param>
    protected GuidedConfig(string className)
        : base(className)
    {
    }

    /// <summary>Side of the images, in pixels.</summary>
    public int ImageSize { get; init; } = 64;

    /// <summary>Channels of the image.</summary>
    public int InChannels { get; init; } = 3;

    /// <summary>Channels of the first level, before its multiplier.</summary>
    public int ModelChannels { get; init; } = 128;

    /// <summary>Channels of the output: the image's, twice that with a learned variance, or the number of classes of a classifier.</summary>
    public int OutChannels { get; init; } = 3;

    /// <summary>Residual blocks a level on the way down; one more on the way up.</summary>
    public int NumResBlocks { get; init; } = 2;

    /// <summary>By how much the image is reduced where there is attention: 1, 2, 4 … .</summary>
    public IReadOnlyList<int> AttentionResolutions { get; init; } = [4, 8];

    /// <summary>Probability that a feature is dropped, while training.</summary>
    public double Dropout { get; init; }

    /// <summary>Channels of each level, in units of <see cref="ModelChannels"/>.</summary>
    public IReadOnlyList<double> ChannelMult { get; init; } = [1, 2, 4, 8];

    /// <summary>Whether halving and doubling convolve, where no residual block does it.</summary>
    public bool ConvResample { get; init; } = true;

    /// <summary>Axes of an image; 2.</summary>
    public int Dims { get; init; } = 2;

    /// <summary>Attention heads.</summary>
    public int NumHeads { get; init; } = 1;

    /// <summary>Channels of a head in place of a number of heads; −1 for none.</summary>
    public int NumHeadChannels { get; init; } = -1;

    /// <summary>Attention heads on the way up; −1 for as elsewhere.</summary>
    public int NumHeadsUpsample { get; init; } = -1;

    /// <summary>Whether the time embedding scales and shifts after the norm, rather than shifts before it.</summary>
    public bool UseScaleShiftNorm { get; init; }

    /// <summary>Whether residual blocks halve and double.</summary>
    public bool ResblockUpdown { get; init; }

    /// <summary>Whether checkpoints hold all queries, then all keys, then all values, rather than these head by head.</summary>
    public bool UseNewAttentionOrder { get; init; }

    /// <summary>Whether level <paramref name="index"/>, 0 being the image's, attends.</summary>
    internal bool Attends(int index) => AttentionResolutions.Contains(1 << index);

    /// <summary>Channels of each level.</summary>
    internal int[] LevelChannels => [.. ChannelMult.Select(multiple => (int)(multiple * ModelChannels))];

    /// <summary>Attention heads where there are <paramref name="channels"/> channels.</summary>
    internal int HeadsOf(int channels, bool up = false) =>
        NumHeadChannels != -1 ? channels / NumHeadChannels : up && NumHeadsUpsample != -1 ? NumHeadsUpsample : NumHeads;

    /// <summary>The same mathematics in the terms of a <see cref="UNet2D"/>.</summary>
    /// <exception cref="ArgumentException">The images are not two-dimensional, or there are no levels.</exception>
    internal UNet2DConfig Trunk()
    {
        if (Dims != 2 || ChannelMult.Count == 0)
        {
            throw new ArgumentException($"config: expected dims = 2 and one channel_mult a level; got dims = {Dims} and {ChannelMult.Count} levels.");
        }

        int[] levels = [.. Enumerable.Range(0, ChannelMult.Count)];
        return new()
        {
            SampleSize = ImageSize,
            InChannels = InChannels,
            OutChannels = OutChannels,
            TimeEmbeddingDim = 4 * ModelChannels,
            TimeFeatureChannels = ModelChannels,
            DownBlockTypes = [.. levels.Select(i => BlockType("Down", i))],
            UpBlockTypes = [.. levels.Reverse().Select(i => BlockType("Up", i))],
            BlockOutChannels = LevelChannels,
            LayersPerBlock = NumResBlocks,
            DownsampleType = ResblockUpdown ? "resnet" : "conv",
            UpsampleType = ResblockUpdown ? "resnet" : "conv",
            PlainResampling = !ConvResample,
            Dropout = Dropout,
            AttentionHeadDim = NumHeadChannels == -1 ? null : NumHeadChannels,
            NumAttentionHeads = NumHeadChannels == -1 ? NumHeads : null,
            NumAttentionHeadsUp = NumHeadChannels == -1 && NumHeadsUpsample != -1 ? NumHeadsUpsample : null,
            AttnNormNumGroups = 32,
            ResnetTimeScaleShift = UseScaleShiftNorm ? "scale_shift" : "default",
        };
    }

    private string BlockType(string way, int level) =>
        Attends(level) ? $"Attn{way}Block2D" : ResblockUpdown ? $"Resnet{way}sampleBlock2D" : $"{way}Block2D";
}
