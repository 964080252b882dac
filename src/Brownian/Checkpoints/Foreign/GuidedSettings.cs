using System.Globalization;
using System.Text.Json;
using Brownian.Networks.Guided;
using Brownian.Parameterizations;
using Brownian.Paths;

namespace Brownian.Checkpoints.Foreign;

/// <summary>
/// The settings of guided-diffusion and improved-diffusion: the flags of their scripts (<c>num_channels</c>, <c>noise_schedule</c> …), or the
/// constructor arguments of the network with the process beside them.
/// </summary>
internal static class GuidedSettings
{
    private const int ImageNetClasses = 1000, Cifar10Classes = 10;

    public static ForeignModel Read(JsonElement json)
    {
        var config = json.TryGetProperty("num_channels", out _) ? OfFlags(json) : GuidedUNetConfig.FromJson(json.GetRawText());
        var steps = json.Int("diffusion_steps", 1000);
        var path = json.Text("noise_schedule", "linear") switch
        {
            "linear" => DiscretePath.Linear(steps, 1000.0 / steps * 0.0001, 1000.0 / steps * 0.02).InDoublePrecision(),
            "cosine" => DiscretePath.Cosine(steps).InDoublePrecision(),
            var other => throw new ArgumentException($"noise_schedule: expected linear or cosine; got \"{other}\"."),
        };
        var scale = json.Flag("rescale_timesteps") ? 1000.0 / steps : 1;
        Parameterization output = json.Flag("predict_xstart") ? new PredictX0 { TimeScale = scale } : new PredictEpsilon { TimeScale = scale };
        return new(config, GuidedKeys.Of(config), path, output, new(config.InChannels, config.ImageSize, config.ImageSize), config.NumClasses);
    }

    // What guided-diffusion's create_model does with the flags.
    private static GuidedUNetConfig OfFlags(JsonElement json)
    {
        var size = json.Int("large_size", json.Int("image_size", 64));
        var super = json.TryGetProperty("large_size", out _);
        var attention = Numbers(json, "attention_resolutions", "16,8");
        return new()
        {
            ImageSize = size,
            InChannels = 3,
            ModelChannels = json.Int("num_channels", 128),
            OutChannels = json.Flag("learn_sigma") ? 6 : 3,
            NumResBlocks = json.Int("num_res_blocks", 2),
            AttentionResolutions = [.. attention.Select(resolution => size / (int)resolution)],
            Dropout = json.Double("dropout", 0),
            ChannelMult = Multipliers(json, size),
            NumClasses = json.Flag("class_cond") ? json.Int("num_classes", size == 32 ? Cifar10Classes : ImageNetClasses) : null,
            NumHeads = json.Int("num_heads", 4),
            NumHeadChannels = json.Int("num_head_channels", -1),
            NumHeadsUpsample = json.Int("num_heads_upsample", -1),
            UseScaleShiftNorm = json.Flag("use_scale_shift_norm", otherwise: true),
            ResblockUpdown = json.Flag("resblock_updown"),
            UseNewAttentionOrder = json.Flag("use_new_attention_order"),
            SuperResolution = super,
        };
    }

    private static IReadOnlyList<double> Multipliers(JsonElement json, int size) => Numbers(json, "channel_mult", "") is { Length: > 0 } given ? given : size switch
    {
        512 => [0.5, 1, 1, 2, 2, 4, 4],
        256 => [1, 1, 2, 2, 4, 4],
        128 => [1, 1, 2, 3, 4],
        64 => [1, 2, 3, 4],
        32 => [1, 2, 2, 2],
        _ => throw new ArgumentException($"image_size: expected 512, 256, 128, 64 or 32, or a channel_mult; got {size}."),
    };

    // "32,16,8", or a single number, which JSON has as one.
    private static double[] Numbers(JsonElement json, string name, string otherwise)
    {
        var text = json.TryGetProperty(name, out var value) ? value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText() : otherwise;
        return Array.ConvertAll(
            text.Trim('[', ']').Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
            part => double.Parse(part, NumberStyles.Float, CultureInfo.InvariantCulture));
    }

    private static bool Flag(this JsonElement json, string name, bool otherwise = false) => json.Bool(name, otherwise);
}
