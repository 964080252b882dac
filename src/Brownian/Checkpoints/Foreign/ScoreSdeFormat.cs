using System.Text.Json;
using Brownian.Networks;
using Brownian.Networks.Refine;
using Brownian.Networks.Song;
using static TorchSharp.torch;

namespace Brownian.Checkpoints.Foreign;

/// <summary>
/// Networks of score_sde_pytorch (Song et al. 2021): its configurations (<c>data</c> and <c>model</c> sections), and its names, which number
/// the layers in the order in which they are made.
/// </summary>
public static class ScoreSdeFormat
{
    private static readonly KeyMap Inner = new(
        "score_sde_pytorch's layers",
        [
            new("GroupNorm_0", "norm1"),
            new("GroupNorm_1", "norm2"),
            new("Conv_0", "conv1"),
            new("Conv_1", "conv2"),
            new("Conv_2", "conv_shortcut"),
            new("Dense_0", "time_emb_proj"),
            new("NIN_0.W", "conv_shortcut.weight") { IsTransposed = true },
            new("NIN_0.b", "conv_shortcut.bias"),
        ]);

    private static readonly KeyMap InAttention = new(
        "score_sde_pytorch's attention",
        [
            new("GroupNorm_0", "group_norm"),
            .. Enumerable.Range(0, 4).SelectMany(i => new KeyRule[]
            {
                new($"NIN_{i}.W", $"{Projection(i)}.weight") { IsTransposed = true }, new($"NIN_{i}.b", $"{Projection(i)}.bias"),
            }),
        ]);

    private static readonly KeyMap InCombination = new("score_sde_pytorch's combination", [new("Conv_0", string.Empty)]);

    private static readonly KeyMap InResampling = new("score_sde_pytorch's resampling", [new("Conv_0", "conv"), new("Conv2d_0", "conv")]);

    /// <summary>The network of a configuration.</summary>
    /// <param name="config">The whole configuration, as a JSON object with the sections <c>data</c> and <c>model</c>.</param>
    /// <exception cref="ArgumentException">It names a network or an option that does not exist.</exception>
    public static NetworkConfig Config(JsonElement config)
    {
        var (data, model) = (config.Section("data"), config.Section("model"));
        return model.Text("name", "ncsnpp") switch
        {
            "ncsnpp" => NcsnPlusPlus(data, model),
            "ddpm" => NcsnPlusPlus(data, model) with
            {
                ResblockType = "ddpm",
                NormNumGroups = 32,
                SkipRescale = false,
                FirKernel = null,
                Progressive = "none",
                ProgressiveInput = "none",
                TimeEmbeddingType = "positional",
                TimeFeatureMult = 1,
            },
            "ncsnv2_64" => Ncsnv2(data, model, "standard"),
            "ncsnv2_128" => Ncsnv2(data, model, "deeper"),
            "ncsnv2_256" => Ncsnv2(data, model, "deepest"),
            var other => throw new ArgumentException($"model.name: expected ncsnpp, ddpm, ncsnv2_64, ncsnv2_128 or ncsnv2_256; got \"{other}\"."),
        };
    }

    /// <summary>The names of a network's weights, with or without DataParallel's prefix.</summary>
    public static KeyMap Names(NetworkConfig config) => config switch
    {
        SongUNetConfig song => Names(song),
        _ => NcsnFormat.Names,
    };

    private static KeyMap Names(SongUNetConfig config)
    {
        var layers = new List<KeyRule>();
        foreach (var (i, (place, _)) in Layers(config).Index())
        {
            layers.Add(new($"^all_modules.{i}", place));
        }

        return new("score_sde_pytorch", [new("^module", string.Empty)])
        {
            Ignored = ["sigmas"],
            Next = new("score_sde_pytorch's numbers", layers) { Next = InLayers(config) },
        };
    }

    /// <summary>Where layer number i of the reference is in our network, and the kind of layer it is.</summary>
    internal static IEnumerable<(string Place, SongPartKind? Kind)> Layers(SongUNetConfig config)
    {
        if (config.TimeEmbeddingType != "positional")
        {
            yield return ("time_proj", null);
        }

        if (config.IsNoiseConditional)
        {
            yield return ("time_embedding.linear_1", null);
            yield return ("time_embedding.linear_2", null);
        }

        foreach (var part in SongLayout.Of(config))
        {
            var isResampled = part.Kind is SongPartKind.Halve or SongPartKind.Double && config.ResblockType == "ddpm";
            if (part.Kind is SongPartKind.OutputSkip or SongPartKind.OutputStart or SongPartKind.Output)
            {
                yield return ($"{part.Name}.norm", null);
                yield return ($"{part.Name}.conv", null);
            }
            else
            {
                yield return (part.Name, isResampled ? SongPartKind.InputResidual : part.Kind);
            }
        }
    }

    private static SongUNetConfig NcsnPlusPlus(JsonElement data, JsonElement model)
    {
        var isFourier = string.Equals(model.Text("embedding_type", "fourier"), "fourier", StringComparison.OrdinalIgnoreCase);
        var channels = data.Int("num_channels", 3);
        return new()
        {
            SampleSize = data.Int("image_size", 32),
            InChannels = channels,
            OutChannels = channels,
            CenterInputSample = !data.Bool("centered", otherwise: false),
            ModelChannels = model.Int("nf", 128),
            ChannelMult = model.Ints("ch_mult", [1, 2, 2, 2]),
            LayersPerBlock = model.Int("num_res_blocks", 4),
            AttnResolutions = model.Ints("attn_resolutions", [16]),
            Dropout = model.Double("dropout", 0.1),
            ActFn = Act(model),
            IsNoiseConditional = model.Bool("conditional", otherwise: true),
            TimeEmbeddingType = isFourier ? "log_fourier" : "positional",
            TimeFeatureMult = isFourier ? 2 : 1,
            FourierScale = model.Double("fourier_scale", 16),
            ResblockType = model.Text("resblock_type", "biggan").ToLowerInvariant(),
            ResampWithConv = model.Bool("resamp_with_conv", otherwise: true),
            FirKernel = model.Bool("fir", otherwise: false) ? model.Doubles("fir_kernel", [1, 3, 3, 1]) : null,
            SkipRescale = model.Bool("skip_rescale", otherwise: true),
            Progressive = model.Text("progressive", "none").ToLowerInvariant(),
            ProgressiveInput = model.Text("progressive_input", "none").ToLowerInvariant(),
            ProgressiveCombine = model.Text("progressive_combine", "sum").ToLowerInvariant(),
            ScaleBySigma = model.Bool("scale_by_sigma", otherwise: false),
            SigmaMin = model.Double("sigma_min", 0.01),
            SigmaMax = model.Double("sigma_max", 50),
            SigmaCount = model.Int("num_scales", 1000),
            InitScale = model.Double("init_scale", 0),
        };
    }

    private static RefineNetConfig Ncsnv2(JsonElement data, JsonElement model, string depth) => new()
    {
        Depth = depth,
        SampleSize = data.Int("image_size", 32),
        InChannels = data.Int("channels", data.Int("num_channels", 3)),
        CenterInputSample = !data.Bool("centered", otherwise: false),
        ModelChannels = model.Int("nf", 128),
        Normalization = model.Text("normalization", "InstanceNorm++"),
        ActFn = Act(model),
        SigmaMin = model.Double("sigma_min", 0.01),
        SigmaMax = model.Double("sigma_max", 50),
        SigmaCount = model.Int("num_scales", 232),
    };

    private static string Act(JsonElement model) => model.Text("nonlinearity", "swish").ToLowerInvariant() is var name && name == "swish" ? "silu" : name;

    private static string Projection(int i) => i switch { 0 => "to_q", 1 => "to_k", 2 => "to_v", _ => "to_out.0" };

    // What stands in a layer has the same name in different kinds of layers: the place says which kind it is.
    private static KeyMap InLayers(SongUNetConfig config)
    {
        var rules = new List<KeyRule> { new("^time_proj.W", "time_proj.weight") };
        foreach (var (place, kind) in Layers(config))
        {
            var inner = kind switch
            {
                null or SongPartKind.Input => null,
                SongPartKind.Attention => InAttention,
                SongPartKind.InputSkip when config.ProgressiveInput == "input_skip" => InCombination,
                SongPartKind.InputResidual or SongPartKind.OutputResidual => InResampling,
                _ => Inner,
            };
            rules.AddRange(inner?.Rules.Select(rule => rule with { From = $"^{place}.{rule.From}", To = rule.To.Length == 0 ? place : $"{place}.{rule.To}" }) ?? []);
        }

        return new("score_sde_pytorch's layers", rules);
    }
}
