using System.Text.Json.Nodes;
using Brownian.Parameterizations;
using Brownian.Paths;

namespace Brownian.Checkpoints;

/// <summary>
/// The scheduler that diffusers shall use for a model of ours. Discrete paths are said exactly; for others it is the nearest class, and
/// brownian.json holds the truth.
/// </summary>
internal static class NearestScheduler
{
    /// <summary>The content of scheduler_config.json; its <c>_class_name</c> names the class.</summary>
    public static JsonObject Of(GaussianPath path, Parameterization parameterization)
    {
        var config = path switch
        {
            DiscretePath discrete => Ddpm(discrete, parameterization),
            EdmPath edm => Edm(edm, parameterization),
            VarianceExploding exploding => Exploding(exploding.SigmaMin, exploding.SigmaMax),
            SigmaTable ladder => Exploding(ladder.SigmaMin, ladder.SigmaMax),
            RectifiedFlow => new JsonObject { ["_class_name"] = "FlowMatchEulerDiscreteScheduler", ["num_train_timesteps"] = 1000, ["shift"] = 1.0 },
            VariancePreserving preserving => Ddpm(Discretized(preserving.BetaMin, preserving.BetaMax), parameterization),
            SubVariancePreserving sub => Ddpm(Discretized(sub.BetaMin, sub.BetaMax), parameterization),
            _ => Ddpm(new DiscretePath(), parameterization),
        };
        config["_diffusers_version"] = "0.25.1";
        return config;
    }

    /// <summary>The pipeline class that goes with a scheduler class.</summary>
    public static string Pipeline(string scheduler) => scheduler == "ScoreSdeVeScheduler" ? "ScoreSdeVePipeline" : "DDPMPipeline";

    private static JsonObject Ddpm(DiscretePath path, Parameterization parameterization) => new()
    {
        ["_class_name"] = "DDPMScheduler",
        ["num_train_timesteps"] = path.Count,
        ["beta_start"] = path.Betas.Start,
        ["beta_end"] = path.Betas.End,
        ["beta_schedule"] = Shape(path.Betas.Shape),
        ["trained_betas"] = Trained(path),
        ["variance_type"] = "fixed_small",
        ["clip_sample"] = true,
        ["clip_sample_range"] = 1.0,
        ["prediction_type"] = Prediction(parameterization),
        ["thresholding"] = false,
        ["dynamic_thresholding_ratio"] = 0.995,
        ["sample_max_value"] = 1.0,
        ["timestep_spacing"] = path.Betas.ZeroTerminalSnr ? "trailing" : "leading",
        ["steps_offset"] = 0,
        ["rescale_betas_zero_snr"] = path.Betas.ZeroTerminalSnr,
    };

    private static JsonObject Edm(EdmPath path, Parameterization parameterization) => new()
    {
        ["_class_name"] = "EDMEulerScheduler",
        ["sigma_min"] = path.SigmaMin,
        ["sigma_max"] = path.SigmaMax,
        ["sigma_data"] = (parameterization as PredictEdm)?.SigmaData ?? 0.5,
        ["num_train_timesteps"] = 1000,
        ["prediction_type"] = "epsilon",
        ["rho"] = 7.0,
    };

    private static JsonObject Exploding(double sigmaMin, double sigmaMax) => new()
    {
        ["_class_name"] = "ScoreSdeVeScheduler",
        ["num_train_timesteps"] = 2000,
        ["snr"] = 0.15,
        ["sigma_min"] = sigmaMin,
        ["sigma_max"] = sigmaMax,
        ["sampling_eps"] = 1e-5,
        ["correct_steps"] = 1,
    };

    // β(t)/N with N = 1000: the discretization whose limit the SDE is (Song et al. 2021, eq. 10).
    private static DiscretePath Discretized(double betaMin, double betaMax) =>
        new(new BetaSchedule(BetaShape.Linear, betaMin / 1000, Math.Min(betaMax / 1000, 0.999)));

    private static string Shape(BetaShape shape) => shape switch
    {
        BetaShape.ScaledLinear => "scaled_linear",
        BetaShape.Cosine => "squaredcos_cap_v2",
        BetaShape.Sigmoid => "sigmoid",
        _ => "linear",
    };

    // Shapes that diffusers' DDPMScheduler has no name for are written number by number.
    private static JsonArray? Trained(DiscretePath path)
    {
        if (path.Betas.Shape is not (BetaShape.Trained or BetaShape.Harmonic or BetaShape.Exponential or BetaShape.Laplace))
        {
            return null;
        }

        using var betas = (path.Betas with { ZeroTerminalSnr = false }).Betas(path.Count);
        return new JsonArray([.. betas.data<float>().ToArray().Select(b => (JsonNode)b)]);
    }

    private static string Prediction(Parameterization parameterization) => parameterization switch
    {
        PredictX0 => "sample",
        PredictV => "v_prediction",
        _ => "epsilon",
    };
}
