namespace Brownian.Networks.Song;

/// <summary>From a configuration to the parts of a <see cref="SongUNet"/>, in the order in which they run.</summary>
internal sealed class SongLayout
{
    private readonly SongUNetConfig config;
    private readonly List<SongPart> parts = [];
    private readonly Stack<int> kept = new();
    private int channels;
    private int pyramid;

    private SongLayout(SongUNetConfig config) => this.config = config;

    /// <summary>The parts.</summary>
    /// <exception cref="ArgumentException">The configuration contradicts itself, or names what does not exist.</exception>
    public static IReadOnlyList<SongPart> Of(SongUNetConfig config)
    {
        Check(config);
        var layout = new SongLayout(config);
        layout.Down();
        layout.Middle();
        layout.Up();
        return layout.parts;
    }

    private int Levels => config.ChannelMult.Count;

    private bool Attends(int level) => config.AttnResolutions.Contains(config.SampleSize >> level) && HasHead(config.ModelChannels * config.ChannelMult[level]);

    // A map with fewer channels than a head has no head, and no attention.
    private bool HasHead(int width) => config.HeadChannels is not { } head || width >= head;

    private void Down()
    {
        var first = config.ModelChannels * config.InputMult;
        Add("conv_in", SongPartKind.Input, SongSection.Down, 0, config.InChannels, first);
        kept.Push(first);
        pyramid = config.InChannels;
        for (var level = 0; level < Levels; level++)
        {
            if (level > 0)
            {
                Halving(level);
            }

            for (var i = 0; i < config.LayersPerBlock; i++)
            {
                Add($"down{level}_block{i}", SongPartKind.Block, SongSection.Down, level, channels, config.ModelChannels * config.ChannelMult[level], i);
                if (Attends(level))
                {
                    Add($"down{level}_attention{i}", SongPartKind.Attention, SongSection.Down, level, channels, channels, i);
                }

                kept.Push(channels);
            }
        }
    }

    private void Halving(int level)
    {
        Add($"down{level}_halving", SongPartKind.Halve, SongSection.Down, level, channels, channels);
        if (config.ProgressiveInput == "input_skip")
        {
            var joined = config.ProgressiveCombine == "cat" ? 2 * channels : channels;
            Add($"down{level}_image", SongPartKind.InputSkip, SongSection.Down, level, pyramid, channels);
            channels = joined;
        }
        else if (config.ProgressiveInput == "residual")
        {
            Add($"down{level}_image", SongPartKind.InputResidual, SongSection.Down, level, pyramid, channels);
            pyramid = channels;
        }

        kept.Push(channels);
    }

    private void Middle()
    {
        var level = Levels - 1;
        Add("mid_block0", SongPartKind.Block, SongSection.Middle, level, channels, channels, 0);
        if (HasHead(channels))
        {
            Add("mid_attention", SongPartKind.Attention, SongSection.Middle, level, channels, channels);
        }

        Add("mid_block1", SongPartKind.Block, SongSection.Middle, level, channels, channels, 1);
    }

    private void Up()
    {
        for (var level = Levels - 1; level >= 0; level--)
        {
            for (var i = 0; i <= config.LayersPerBlock; i++)
            {
                Add($"up{level}_block{i}", SongPartKind.JoinBlock, SongSection.Up, level, channels + kept.Pop(), config.ModelChannels * config.ChannelMult[level], i);
                if (Attends(level) && (config.AttendsEverywhereUp || i == config.LayersPerBlock))
                {
                    Add($"up{level}_attention{i}", SongPartKind.Attention, SongSection.Up, level, channels, channels, i);
                }
            }

            Image(level);
            if (level > 0)
            {
                Add($"up{level}_doubling", SongPartKind.Double, SongSection.Up, level, channels, channels);
            }
        }

        if (config.Progressive != "output_skip")
        {
            Add("out", SongPartKind.Output, SongSection.Up, 0, channels, config.OutChannels);
        }
    }

    private void Image(int level)
    {
        var width = channels;
        if (config.Progressive == "output_skip")
        {
            Add($"up{level}_image", SongPartKind.OutputSkip, SongSection.Up, level, channels, config.OutChannels);
        }
        else if (config.Progressive == "residual")
        {
            var isFirst = level == Levels - 1;
            Add($"up{level}_image", isFirst ? SongPartKind.OutputStart : SongPartKind.OutputResidual, SongSection.Up, level, isFirst ? channels : pyramid, channels);
            pyramid = channels;
        }

        channels = width;
    }

    private void Add(string name, SongPartKind kind, SongSection section, int level, int from, int to, int index = 0)
    {
        parts.Add(new(name, kind, section, level, from, to, index));
        channels = to;
    }

    private static void Check(SongUNetConfig config)
    {
        OneOf("time_embedding_type", config.TimeEmbeddingType, "positional", "fourier", "log_fourier");
        OneOf("resblock_type", config.ResblockType, "biggan", "ddpm");
        OneOf("progressive", config.Progressive, "none", "output_skip", "residual");
        OneOf("progressive_input", config.ProgressiveInput, "none", "input_skip", "residual");
        OneOf("progressive_combine", config.ProgressiveCombine, "sum", "cat");
        OneOf("initialization", config.Initialization, "fan_average", "default");
        if (config.ChannelMult.Count == 0 || config.SampleSize >> (config.ChannelMult.Count - 1) == 0)
        {
            throw new ArgumentException(
                $"channel_mult: expected at least one level, and no more than the {config.SampleSize} pixels can be halved; got {config.ChannelMult.Count}.");
        }

        if (config.FirKernel is { Count: < 2 })
        {
            throw new ArgumentException($"fir_kernel: expected at least two taps; got {config.FirKernel.Count}. Leave it out for plain resampling.");
        }

        if (config is { ScaleBySigma: true, TimeEmbeddingType: "positional", SigmaCount: null })
        {
            throw new ArgumentException("scale_by_sigma: with positional labels expected sigma_min, sigma_max and sigma_count; got none.");
        }
    }

    private static void OneOf(string field, string value, params string[] known)
    {
        if (!known.Contains(value))
        {
            throw new ArgumentException($"{field}: expected {string.Join(", ", known[..^1])} or {known[^1]}; got \"{value}\".");
        }
    }
}
