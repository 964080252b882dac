using Brownian.Guidance;
using Brownian.Parameterizations;
using Brownian.Paths;
using Brownian.Samplers;

namespace Brownian.Checkpoints;

/// <summary>Path, output and thresholding of a diffusers scheduler.</summary>
internal static class DiffusersSchedulerParts
{
    private const int MaxSteps = 1_000_000;

    public static GaussianPath Path(DiffusersSchedulerConfig config) =>
        config.IsEdm ? new EdmPath(config.Number("sigma_min"), config.Number("sigma_max"))
        : config.ClassName == "IPNDMScheduler" ? new Trigonometric()
        : config.Flag("use_flow_sigmas") ? new RectifiedFlow()
        : Table(config);

    // A damaged number must not ask for gigabytes.
    public static DiscretePath Table(DiffusersSchedulerConfig config)
    {
        var trained = config.Numbers("trained_betas");
        var count = trained?.Length ?? config.Int("num_train_timesteps");
        if (count is < 1 or > MaxSteps)
        {
            throw new FormatException($"{config.ClassName}: num_train_timesteps must be from 1 to {MaxSteps}; got {count}.");
        }

        var shape = trained is not null ? BetaShape.Trained : config.Text("beta_schedule") switch
        {
            "linear" => BetaShape.Linear,
            "scaled_linear" => BetaShape.ScaledLinear,
            "squaredcos_cap_v2" => BetaShape.Cosine,
            "sigmoid" => BetaShape.Sigmoid,
            "exp" => BetaShape.Exponential,
            "laplace" => BetaShape.Laplace,
            _ => throw config.Unknown("beta_schedule", "linear, scaled_linear, squaredcos_cap_v2, sigmoid, exp and laplace"),
        };
        var zero = config.Flag("rescale_betas_zero_snr");
        var betas = new BetaSchedule(shape, config.Number("beta_start"), config.Number("beta_end"), zero) { Values = trained };

        // The classes that divide by ᾱ keep its last value away from 0.
        var divides = config.ClassName is "EulerDiscreteScheduler" or "EulerAncestralDiscreteScheduler"
            or "DPMSolverMultistepScheduler" or "UniPCMultistepScheduler";
        return new(betas, count, zero && divides ? DiscretePath.SmallestAlphaBar : 0);
    }

    public static Parameterization Output(DiffusersSchedulerConfig config, bool asDiffusers)
    {
        if (config.IsEdm)
        {
            return EdmOutput(config);
        }

        Parameterization output = config.Text("prediction_type") switch
        {
            "epsilon" => new PredictEpsilon { DividesByZero = asDiffusers },
            "sample" or "original_sample" => new PredictX0(),
            "v_prediction" => new PredictV
            {
                Told = config.Has("timestep_type") && config.Text("timestep_type") == "continuous" ? NoiseLabel.LogRatio : NoiseLabel.Time,
            },
            "flow_prediction" => new PredictFlow(),
            _ => throw config.Unknown("prediction_type", "epsilon, sample, v_prediction and flow_prediction"),
        };
        return config.Flag("use_flow_sigmas") ? output with { TimeScale = config.Int("num_train_timesteps") } : output;
    }

    private static PredictEdm EdmOutput(DiffusersSchedulerConfig config) => new(config.Number("sigma_data"))
    {
        Negative = config.Text("prediction_type") switch
        {
            "epsilon" => false,
            "v_prediction" => true,
            _ => throw config.Unknown("prediction_type", "epsilon and v_prediction"),
        },
        Told = config.TellsAngle ? NoiseLabel.Angle : NoiseLabel.Time,
    };

    /// <summary>
    /// diffusers changes x0 and leaves ε, except where its update is made of x0 and xt, or of ε alone. Its TCD has the settings and does not use them, and DDIM's
    /// inverse has no thresholding.
    /// </summary>
    public static Thresholding? Thresholding(DiffusersSchedulerConfig config)
    {
        var rederive = config.ClassName is "HeunDiscreteScheduler" or "DEISMultistepScheduler"
            || (config.Has("algorithm_type") && DiffusersSamplers.Prediction(config) == DpmPrediction.Noise);
        return config.ClassName == "TCDScheduler" || (config.ClassName == "UniPCMultistepScheduler" && !config.Flag("predict_x0")) ? null
            : config.Flag("thresholding") && config.ClassName != "DDIMInverseScheduler"
            ? new()
            {
                Quantile = config.Number("dynamic_thresholding_ratio"),
                LargestBound = config.Number("sample_max_value"),
                RederiveEpsilon = rederive,
            }
            : config.Flag("clip_sample") ? new() { Range = config.Number("clip_sample_range"), RederiveEpsilon = rederive } : null;
    }
}
