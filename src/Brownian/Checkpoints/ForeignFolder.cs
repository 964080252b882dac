using System.Text.Json.Nodes;
using Brownian.Networks.UNet;
using Brownian.Parameterizations;
using Brownian.Paths;

namespace Brownian.Checkpoints;

/// <summary>Folders that diffusers wrote: what brownian.json would say, read from the scheduler's and the network's configuration.</summary>
internal static class ForeignFolder
{
    private const int MaxSteps = 1_000_000;

    public static BrownianFile Read(string folder, UNet2DConfig network)
    {
        var path = Path.Combine(folder, "scheduler", "scheduler_config.json");
        var config = JsonFile.ReadObject(path);
        if (network.SampleSize is not { } size)
        {
            throw new CheckpointFormatException(
                Path.Combine(folder, "unet", "config.json"), "sample_size is missing, which tells the images' size", "Add it, in pixels.");
        }

        try
        {
            var table = Table(config);
            return new()
            {
                Path = table,
                Parameterization = Parameterization(config),
                Image = new(network.InChannels, size.Height, size.Width),
                ClassCount = network.NumClassEmbeds,
                Sampling = new("ddim", Value(config, "timestep_spacing", "leading"), Math.Min(50, table.Count), 1, Clip(config)),
            };
        }
        catch (Exception e) when (e is FormatException or InvalidOperationException or ArgumentException)
        {
            throw new CheckpointFormatException(path, $"the scheduler cannot be read: {e.Message}", "Check its configuration.", inner: e);
        }
    }

    private static DiscretePath Table(JsonObject config)
    {
        if (config.Text("_class_name") is "ScoreSdeVeScheduler" or "ScoreSdeVpScheduler" or "KarrasVeScheduler")
        {
            throw new FormatException($"{config.Text("_class_name")} has no table of betas, and is not supported in foreign folders");
        }

        var count = Value(config, "num_train_timesteps", 1000);
        if (count is < 1 or > MaxSteps)
        {
            throw new FormatException($"num_train_timesteps must be from 1 to {MaxSteps}; got {count}");
        }

        var shape = Value(config, "beta_schedule", "linear") switch
        {
            "linear" => BetaShape.Linear,
            "scaled_linear" => BetaShape.ScaledLinear,
            "squaredcos_cap_v2" => BetaShape.Cosine,
            "sigmoid" => BetaShape.Sigmoid,
            "laplace" => BetaShape.Laplace,
            var other => throw new FormatException($"beta_schedule '{other}' is not known; known are linear, scaled_linear, squaredcos_cap_v2, sigmoid and laplace"),
        };
        var trained = (config["trained_betas"] as JsonArray)?.Select(b => (float)b!.GetValue<double>()).ToArray();
        return new(
            new BetaSchedule(
                trained is null ? shape : BetaShape.Trained,
                Value(config, "beta_start", 1e-4),
                Value(config, "beta_end", 0.02),
                Value(config, "rescale_betas_zero_snr", false))
            { Values = trained },
            trained?.Length ?? count);
    }

    private static Parameterization Parameterization(JsonObject config) => Value(config, "prediction_type", "epsilon") switch
    {
        "epsilon" => new PredictEpsilon(),
        "sample" => new PredictX0(),
        "v_prediction" => new PredictV(),
        var other => throw new FormatException($"prediction_type '{other}' is not known; known are epsilon, sample and v_prediction"),
    };

    private static double? Clip(JsonObject config) =>
        Value(config, "clip_sample", true) ? Value(config, "clip_sample_range", 1.0) : null;

    private static T Value<T>(JsonObject config, string name, T otherwise) =>
        config[name] is JsonValue value ? value.GetValue<T>() : otherwise;
}
