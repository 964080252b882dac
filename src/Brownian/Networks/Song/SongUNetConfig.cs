namespace Brownian.Networks.Song;

/// <summary>
/// The configuration of a <see cref="SongUNet"/>. The defaults are DDPM++ as for CIFAR-10; <see cref="NcsnPlusPlus"/> and
/// <see cref="Dhariwal"/> are the other two architectures of Karras et al. 2022, table 7.
/// </summary>
public sealed record SongUNetConfig() : NetworkConfig("SongUNet")
{
    /// <summary>Side of the images, in pixels; attention is placed by resolution.</summary>
    public int SampleSize { get; init; } = 32;

    /// <summary>Channels of the input.</summary>
    public int InChannels { get; init; } = 3;

    /// <summary>Channels of the output; twice the image's when the variance is learned.</summary>
    public int OutChannels { get; init; } = 3;

    /// <summary>Whether the input is mapped from [0, 1] to [−1, 1] first.</summary>
    public bool CenterInputSample { get; init; }

    /// <summary>Channels that <see cref="ChannelMult"/> multiplies.</summary>
    public int ModelChannels { get; init; } = 128;

    /// <summary>Channels of each level in units of <see cref="ModelChannels"/>, from the image inwards.</summary>
    public IReadOnlyList<int> ChannelMult { get; init; } = [1, 2, 2, 2];

    /// <summary>Channels of the first convolution in units of <see cref="ModelChannels"/>.</summary>
    public int InputMult { get; init; } = 1;

    /// <summary>Width of the time embedding in units of <see cref="ModelChannels"/>.</summary>
    public int EmbeddingMult { get; init; } = 4;

    /// <summary>Residual blocks a level on the way down; one more on the way up.</summary>
    public int LayersPerBlock { get; init; } = 4;

    /// <summary>Sides, in pixels, at which residual blocks are followed by attention.</summary>
    public IReadOnlyList<int> AttnResolutions { get; init; } = [16];

    /// <summary>Whether every block on the way up attends at those sides, rather than the last one of the level.</summary>
    public bool AttendsEverywhereUp { get; init; }

    /// <summary>Channels of one attention head; null for a single head.</summary>
    public int? HeadChannels { get; init; }

    /// <summary>Probability that a feature is dropped, while training.</summary>
    public double Dropout { get; init; } = 0.1;

    /// <summary>"silu", "elu", "relu", "lrelu", "mish" or "gelu".</summary>
    public string ActFn { get; init; } = "silu";

    /// <summary>Groups of the norms; null for a quarter of the channels, at most 32.</summary>
    public int? NormNumGroups { get; init; }

    /// <summary>ε of the norms.</summary>
    public double NormEps { get; init; } = 1e-6;

    /// <summary>Whether the network is told the noise level at all.</summary>
    public bool IsNoiseConditional { get; init; } = true;

    /// <summary>"positional", "fourier" (of the label) or "log_fourier" (of the label's logarithm: score SDE, where the label is σ).</summary>
    public string TimeEmbeddingType { get; init; } = "positional";

    /// <summary>Width of the time features in units of <see cref="ModelChannels"/>: 1 for positional, 2 for Fourier features in the papers.</summary>
    public int TimeFeatureMult { get; init; } = 1;

    /// <summary>Cosines before sines, of positional features.</summary>
    public bool FlipSinToCos { get; init; }

    /// <summary>Shift of the frequencies of positional features.</summary>
    public double FreqShift { get; init; } = 1;

    /// <summary>Standard deviation of Fourier features' frequencies.</summary>
    public double FourierScale { get; init; } = 16;

    /// <summary>Classes; 0 for a network without. The label that equals this number means "any".</summary>
    public int ClassCount { get; init; }

    /// <summary>Whether the class enters after the time embedding's layers (ADM) rather than before them.</summary>
    public bool ClassAfterEmbedding { get; init; }

    /// <summary>Width of the vector that describes how a training image was augmented; 0 for a network that is not told.</summary>
    public int AugmentDim { get; init; }

    /// <summary>"biggan": resampling inside residual blocks; "ddpm": by layers of their own.</summary>
    public string ResblockType { get; init; } = "biggan";

    /// <summary>Whether resampling layers of their own have a convolution.</summary>
    public bool ResampWithConv { get; init; } = true;

    /// <summary>The low-pass of all resampling, symmetric; null for the mean of 2×2 pixels and repetition.</summary>
    public IReadOnlyList<double>? FirKernel { get; init; }

    /// <summary>Whether a residual block that resamples has a 1×1 convolution in its shortcut even where the channels agree.</summary>
    public bool ResampleProjection { get; init; } = true;

    /// <summary>Whether the time embedding scales and shifts after the norm rather than shifts before it.</summary>
    public bool ScaleShift { get; init; }

    /// <summary>Whether sums of branch and shortcut are divided by √2.</summary>
    public bool SkipRescale { get; init; } = true;

    /// <summary>"none", "output_skip" or "residual": an image pyramid on the way up.</summary>
    public string Progressive { get; init; } = "none";

    /// <summary>"none", "input_skip" or "residual": an image pyramid on the way down.</summary>
    public string ProgressiveInput { get; init; } = "none";

    /// <summary>"sum" or "cat": how "input_skip" joins features and pyramid.</summary>
    public string ProgressiveCombine { get; init; } = "sum";

    /// <summary>Whether the output is divided by σ: the label, or for positional labels the one of that number on the ladder below.</summary>
    public bool ScaleBySigma { get; init; }

    /// <summary>σ of the ladder's last label; null for a network without a ladder.</summary>
    public double? SigmaMin { get; init; }

    /// <summary>σ of label 0.</summary>
    public double? SigmaMax { get; init; }

    /// <summary>Labels of the ladder.</summary>
    public int? SigmaCount { get; init; }

    /// <summary>
    /// "fan_average": DDPM's rule, with 10⁻¹⁰ in place of a zero scale (score SDE, EDM's DDPM++ and NCSN++); "default": PyTorch's, with
    /// zeros where residual branches end (ADM).
    /// </summary>
    public string Initialization { get; init; } = "fan_average";

    /// <summary>The scale of "fan_average" where residual branches end.</summary>
    public double InitScale { get; init; }

    /// <summary>NCSN++ (Song et al. 2021, app. H): Fourier features, FIR resampling, a residual input pyramid.</summary>
    public static SongUNetConfig NcsnPlusPlus { get; } = new()
    {
        TimeEmbeddingType = "fourier",
        TimeFeatureMult = 2,
        FirKernel = Blocks.Resampling.DefaultKernel,
        ProgressiveInput = "residual",
    };

    /// <summary>ADM (Dhariwal and Nichol 2021) with the sizes that Karras et al. 2022 train on ImageNet 64×64.</summary>
    public static SongUNetConfig Dhariwal { get; } = new()
    {
        SampleSize = 64,
        ModelChannels = 192,
        ChannelMult = [1, 2, 3, 4],
        LayersPerBlock = 3,
        AttnResolutions = [32, 16, 8],
        AttendsEverywhereUp = true,
        HeadChannels = 64,
        NormEps = 1e-5,
        FlipSinToCos = true,
        FreqShift = 0,
        ClassAfterEmbedding = true,
        ResampleProjection = false,
        ScaleShift = true,
        SkipRescale = false,
        Initialization = "default",
    };

    /// <inheritdoc/>
    public override SongUNet Create(ulong seed = 0) => new(this, seed);

    /// <inheritdoc/>
    public override SongUNetConfig For(NetworkNeeds needs) => this with
    {
        SampleSize = needs.Width,
        InChannels = needs.Channels,
        OutChannels = needs.OutChannels,
        ClassCount = needs.Labels ?? 0,
    };
}
