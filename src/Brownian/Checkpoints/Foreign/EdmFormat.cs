using System.Text.Json;
using Brownian.Networks.Song;
using Brownian.Parameterizations;
using Brownian.Paths;

namespace Brownian.Checkpoints.Foreign;

/// <summary>Networks of NVlabs/edm (Karras et al. 2022): the arguments with which they are made, and the names of their weights.</summary>
public static class EdmFormat
{
    private static readonly IReadOnlyList<KeyRule> InBlock =
    [
        new("norm0", "norm1"),
        new("norm1", "norm2"),
        new("conv0", "conv1"),
        new("conv1", "conv2"),
        new("affine", "time_emb_proj"),
        new("skip", "conv_shortcut"),
    ];

    private static readonly IReadOnlyList<KeyRule> InAttention =
    [
        new("norm2", "group_norm"),
        .. new[] { "weight", "bias" }.SelectMany(kind => new[] { "to_q", "to_k", "to_v" }.Select((name, i) =>
            new KeyRule($"qkv.{kind}", $"{name}.{kind}") { Part = new(i, 3, Groups: 0) })),
        new("proj", "to_out.0"),
    ];

    /// <summary>The network of a preconditioned network's arguments.</summary>
    /// <param name="config">The arguments, as a JSON object; <c>class_name</c> is the preconditioning.</param>
    /// <exception cref="ArgumentException">It names a network or an option that does not exist.</exception>
    public static SongUNetConfig Config(JsonElement config)
    {
        var preconditioning = config.Text("class_name", "EDMPrecond");
        var model = config.Text("model_type", preconditioning is "VPPrecond" or "VEPrecond" ? "SongUNet" : "DhariwalUNet");
        var channels = config.Int("img_channels", 3);
        var shared = (model switch
        {
            "SongUNet" => Song(config),
            "DhariwalUNet" => Dhariwal(config),
            _ => throw new ArgumentException($"model_type: expected SongUNet or DhariwalUNet; got \"{model}\"."),
        }) with
        {
            SampleSize = config.Int("img_resolution", 32),
            InChannels = channels,
            OutChannels = preconditioning == "iDDPMPrecond" ? 2 * channels : channels,
            ClassCount = config.Int("label_dim", 0),
            AugmentDim = config.Int("augment_dim", 0),
            EmbeddingMult = config.Int("channel_mult_emb", 4),
            Dropout = config.Double("dropout", 0.1),
        };
        return shared;
    }

    /// <summary>What the network outputs, by its preconditioning.</summary>
    /// <param name="config">The arguments, as a JSON object; <c>class_name</c> is the preconditioning.</param>
    /// <exception cref="ArgumentException">There is no such preconditioning.</exception>
    public static Parameterization Parameterization(JsonElement config) => config.Text("class_name", "EDMPrecond") switch
    {
        "EDMPrecond" => new PredictEdm(config.Double("sigma_data", 0.5)),
        "VPPrecond" => new PredictVpEpsilon(config.Double("beta_d", 19.9), config.Double("beta_min", 0.1), config.Int("M", 1000)),
        "VEPrecond" => new PredictVeEpsilon(),
        "iDDPMPrecond" => new PredictIddpmEpsilon(Ladder(config)),
        var other => throw new ArgumentException($"class_name: expected EDMPrecond, VPPrecond, VEPrecond or iDDPMPrecond; got \"{other}\"."),
    };

    /// <summary>The steps of the iDDPM preconditioning.</summary>
    internal static IddpmLadder Ladder(JsonElement config) =>
        new(config.Int("M", 1000), config.Double("C_1", 0.001), config.Double("C_2", 0.008));

    /// <summary>The names of a network's weights, with or without the preconditioning's prefix.</summary>
    public static KeyMap Names(SongUNetConfig config)
    {
        var rules = new List<KeyRule>
        {
            new("^map_noise.freqs", "time_proj.weight"),
            new("^map_layer0", "time_embedding.linear_1"),
            new("^map_layer1", "time_embedding.linear_2"),
            new("^map_label", "class_embedding"),
            new("^map_augment", "augment_embedding"),
            new("^out_norm", "out.norm"),
            new("^out_conv", "out.conv"),
        };
        foreach (var (part, place) in Parts(config))
        {
            rules.AddRange(Rules(part, place));
        }

        return new("NVlabs/edm", [new("^model", string.Empty)]) { Ignored = ["resample_filter", "u"], Next = new("NVlabs/edm's layers", rules) };
    }

    /// <summary>Each part of our network with the name of the reference's block that has it.</summary>
    internal static IEnumerable<(SongPart Part, string Place)> Parts(SongUNetConfig config)
    {
        foreach (var part in SongLayout.Of(config))
        {
            var size = config.SampleSize >> (part.Kind == SongPartKind.Double ? part.Level - 1 : part.Level);
            var level = $"{size}x{size}";
            yield return (part, part.Kind switch
            {
                SongPartKind.Input => $"enc.{level}_conv",
                SongPartKind.Halve => $"enc.{level}_down",
                SongPartKind.Double => $"dec.{level}_up",
                SongPartKind.InputSkip => $"enc.{level}_aux_skip",
                SongPartKind.InputResidual => $"enc.{level}_aux_residual",
                SongPartKind.Block or SongPartKind.Attention when part.Section == SongSection.Down => $"enc.{level}_block{part.Index}",
                SongPartKind.Block or SongPartKind.Attention when part.Section == SongSection.Middle => $"dec.{level}_in{part.Index}",
                SongPartKind.JoinBlock or SongPartKind.Attention => $"dec.{level}_block{part.Index}",
                _ => $"dec.{level}",
            });
        }
    }

    private static IEnumerable<KeyRule> Rules(SongPart part, string place) => part.Kind switch
    {
        SongPartKind.Input => [new($"^{place}", part.Name)],
        SongPartKind.InputSkip => [new($"^{place}", part.Name)],
        SongPartKind.InputResidual => [new($"^{place}", $"{part.Name}.conv")],
        SongPartKind.OutputSkip or SongPartKind.Output =>
            [new($"^{place}_aux_norm", $"{part.Name}.norm"), new($"^{place}_aux_conv", $"{part.Name}.conv")],
        SongPartKind.Attention => InAttention.Select(rule => rule with { From = $"^{place}.{rule.From}", To = $"{part.Name}.{rule.To}" }),
        _ => InBlock.Select(rule => rule with { From = $"^{place}.{rule.From}", To = $"{part.Name}.{rule.To}" }),
    };

    private static SongUNetConfig Song(JsonElement config) => new()
    {
        ModelChannels = config.Int("model_channels", 128),
        ChannelMult = config.Ints("channel_mult", [1, 2, 2, 2]),
        LayersPerBlock = config.Int("num_blocks", 4),
        AttnResolutions = config.Ints("attn_resolutions", [16]),
        TimeEmbeddingType = config.Text("embedding_type", "positional"),
        TimeFeatureMult = config.Int("channel_mult_noise", 1),
        FirKernel = config.Doubles("resample_filter", [1, 1]),
        ProgressiveInput = config.Text("encoder_type", "standard") switch
        {
            "standard" => "none",
            "skip" => "input_skip",
            var other => other,
        },
        Progressive = config.Text("decoder_type", "standard") switch
        {
            "standard" => "none",
            "skip" => "output_skip",
            var other => other,
        },
    };

    private static SongUNetConfig Dhariwal(JsonElement config)
    {
        var mult = config.Ints("channel_mult", SongUNetConfig.Dhariwal.ChannelMult);
        return SongUNetConfig.Dhariwal with
        {
            ModelChannels = config.Int("model_channels", 192),
            ChannelMult = mult,
            InputMult = mult[0],
            LayersPerBlock = config.Int("num_blocks", 3),
            AttnResolutions = config.Ints("attn_resolutions", SongUNetConfig.Dhariwal.AttnResolutions),
            HeadChannels = config.Int("channels_per_head", 64),
        };
    }
}
