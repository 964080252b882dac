using Brownian.Guidance;
using Brownian.Parameterizations;
using Brownian.Paths;
using Brownian.Samplers;

namespace Brownian.Checkpoints;

/// <summary>Path, output, sampler and thresholding of a diffusers scheduler.</summary>
internal static class DiffusersSchedulerParts
{
    private const int MaxSteps = 1_000_000;

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
        var divides = config.ClassName is "EulerDiscreteScheduler" or "DPMSolverMultistepScheduler";
        return new(betas, count, zero && divides ? DiscretePath.SmallestAlphaBar : 0);
    }

    public static Parameterization Output(DiffusersSchedulerConfig config) => config.Text("prediction_type") switch
    {
        "epsilon" => new PredictEpsilon(),
        "sample" or "original_sample" => new PredictX0(),
        "v_prediction" => new PredictV(),
        _ => throw config.Unknown("prediction_type", "epsilon, sample and v_prediction"),
    };

    public static Parameterization EdmOutput(DiffusersSchedulerConfig config) => config.Text("prediction_type") switch
    {
        "epsilon" => new PredictEdm(config.Number("sigma_data")),
        "v_prediction" => new PredictEdm(config.Number("sigma_data")) { Negative = true },
        _ => throw config.Unknown("prediction_type", "epsilon and v_prediction"),
    };

    public static Sampler Sampler(DiffusersSchedulerConfig config, bool asDiffusers) => config.ClassName switch
    {
        "DDPMScheduler" or "DDPMParallelScheduler" => new Ancestral(Variance(config)) { AsDiffusers = asDiffusers },
        "DDIMScheduler" or "DDIMParallelScheduler" => new Ddim { AsDiffusers = asDiffusers },
        "EulerDiscreteScheduler" or "EDMEulerScheduler" => new Euler(),
        "HeunDiscreteScheduler" => new Heun(),
        "DPMSolverMultistepScheduler" or "EDMDPMSolverMultistepScheduler" => Solver(config, asDiffusers),
        _ => throw new NotSupportedException($"scheduler: '{config.ClassName}' cannot be read yet."),
    };

    /// <summary>diffusers changes x0 and leaves ε, except where its update is made of x0 and xt, or of ε alone.</summary>
    public static Thresholding? Thresholding(DiffusersSchedulerConfig config)
    {
        var rederive = config.ClassName == "HeunDiscreteScheduler" || (config.Has("algorithm_type") && IsNoiseSolver(config));
        return config.Flag("thresholding")
            ? new()
            {
                Quantile = config.Number("dynamic_thresholding_ratio"),
                LargestBound = config.Number("sample_max_value"),
                RederiveEpsilon = rederive,
            }
            : config.Flag("clip_sample") ? new() { Range = config.Number("clip_sample_range"), RederiveEpsilon = rederive } : null;
    }

    private static ReverseVariance Variance(DiffusersSchedulerConfig config) => config.Text("variance_type") switch
    {
        "fixed_small" or "fixed_small_log" => ReverseVariance.Smallest,
        "fixed_large" or "fixed_large_log" => ReverseVariance.Largest,
        "learned_range" => ReverseVariance.Learned,
        "learned" => ReverseVariance.Predicted,
        _ => throw config.Unknown("variance_type", "fixed_small, fixed_small_log, fixed_large, fixed_large_log, learned and learned_range"),
    };

    private static DpmMultistep Solver(DiffusersSchedulerConfig config, bool asDiffusers)
    {
        var order = config.Int("solver_order");
        DpmMultistep solver = IsNoiseSolver(config) ? new DpmSolver(order) : new DpmSolverPlusPlus(order);
        return solver with
        {
            SecondOrder = config.Text("solver_type") == "heun" ? SecondOrder.Heun : SecondOrder.Midpoint,
            Stochastic = config.Text("algorithm_type").StartsWith("sde-", StringComparison.Ordinal),
            LowerOrderFinal = config.Flag("lower_order_final"),
            EulerAtFinal = config.Flag("euler_at_final"),
            AsDiffusers = asDiffusers,
        };
    }

    private static bool IsNoiseSolver(DiffusersSchedulerConfig config) => config.Text("algorithm_type") switch
    {
        "dpmsolver++" or "sde-dpmsolver++" or "deis" => false,
        "dpmsolver" or "sde-dpmsolver" => true,
        _ => throw config.Unknown("algorithm_type", "dpmsolver++, sde-dpmsolver++, dpmsolver and sde-dpmsolver"),
    };
}
