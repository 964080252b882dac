using Brownian.Networks.Blocks;
using static TorchSharp.torch;

namespace Brownian.Networks.Song;

/// <summary>Makes the layers of the parts of a <see cref="SongUNet"/>.</summary>
internal sealed class PartFactory(SongUNetConfig config, ComputeSettings compute)
{
    private readonly Activation activation = Activations.Parse(config.ActFn);
    private readonly double outputScale = config.SkipRescale ? Math.Sqrt(2) : 1;

    /// <summary>The low-pass, where there is one that is not the mean of 2×2 pixels.</summary>
    private bool HasLowPass => config.FirKernel is { } kernel && !(kernel.Count == 2 && kernel[0] == kernel[1]);

    /// <summary>Halving without weights.</summary>
    public Resample Down => HasLowPass ? Resample.FirDown : Resample.AverageDown;

    /// <summary>Doubling without weights.</summary>
    public Resample Up => HasLowPass ? Resample.FirUp : Resample.NearestUp;

    /// <summary>The part's layers; null for one without weights.</summary>
    public nn.Module? Create(SongPart part) => part.Kind switch
    {
        SongPartKind.Input => new Convolution(part.In, part.Out, 3, compute),
        SongPartKind.Block or SongPartKind.JoinBlock => Block(part, Resample.None),
        SongPartKind.Attention => Attention(part),
        SongPartKind.Halve => config.ResblockType == "biggan" ? Block(part, Down) : Resized(part, doubles: false),
        SongPartKind.Double => config.ResblockType == "biggan" ? Block(part, Up) : Resized(part, doubles: true),
        SongPartKind.InputSkip => new Convolution(part.In, part.Out, 1, compute),
        SongPartKind.InputResidual => new ResizedConvolution(part.In, part.Out, doubles: false, config.FirKernel, compute),
        SongPartKind.OutputResidual => new ResizedConvolution(part.In, part.Out, doubles: true, config.FirKernel, compute),
        SongPartKind.OutputStart => Image(part, startsAtZero: false),
        SongPartKind.OutputSkip or SongPartKind.Output => Image(part, startsAtZero: true),
        _ => throw new ArgumentOutOfRangeException(nameof(part), part.Kind, "unknown part"),
    };

    private ResBlock Block(SongPart part, Resample resample) => new(
        new()
        {
            InChannels = part.In,
            OutChannels = part.Out,
            EmbeddingChannels = config.ModelChannels * config.EmbeddingMult,
            Groups = Groups(part.In),
            GroupsOut = Groups(part.Out),
            Epsilon = config.NormEps,
            Activation = activation,
            Dropout = config.Dropout,
            ScaleShift = config.ScaleShift,
            OutputScale = outputScale,
            Resample = resample,
            FirKernel = config.FirKernel ?? Resampling.DefaultKernel,
            ForceShortcut = resample != Resample.None && config.ResampleProjection,
        },
        compute);

    private Attention Attention(SongPart part) => new(
        new()
        {
            Channels = part.Out,
            HeadChannels = config.HeadChannels is { } head ? part.Out / (part.Out / head) : part.Out,
            Groups = Groups(part.Out),
            Epsilon = config.NormEps,
            OutputScale = outputScale,
        },
        compute);

    private ResizedConvolution? Resized(SongPart part, bool doubles) =>
        config.ResampWithConv ? new(part.In, part.Out, doubles, config.FirKernel, compute) : null;

    private NormedConvolution Image(SongPart part, bool startsAtZero) =>
        new(part.In, part.Out, Groups(part.In), config.NormEps, activation, compute, startsAtZero);

    private long Groups(long channels) => config.NormNumGroups ?? Math.Max(1, Math.Min(channels / 4, 32));
}
