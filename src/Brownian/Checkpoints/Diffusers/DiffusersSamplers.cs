using Brownian.Paths;
using Brownian.Samplers;

namespace Brownian.Checkpoints;

/// <summary>The sampler of a diffusers scheduler.</summary>
internal static class DiffusersSamplers
{
    public static Sampler Of(DiffusersSchedulerConfig config, bool asDiffusers) => config.ClassName switch
    {
        "DDPMScheduler" or "DDPMParallelScheduler" => new Ancestral(Variance(config, asDiffusers)) { AsDiffusers = asDiffusers },
        "DDIMScheduler" or "DDIMParallelScheduler" => new Ddim { AsDiffusers = asDiffusers },
        "EulerDiscreteScheduler" or "EDMEulerScheduler" => new Euler(),
        "EulerAncestralDiscreteScheduler" => new Ddim(1),
        "HeunDiscreteScheduler" => new Heun { AsDiffusers = asDiffusers },
        "LMSDiscreteScheduler" => new LinearMultistep { AsDiffusers = asDiffusers },
        "KDPM2DiscreteScheduler" => new Dpm2 { AsDiffusers = asDiffusers },
        "KDPM2AncestralDiscreteScheduler" => new Dpm2(1) { AsDiffusers = asDiffusers },
        "DPMSolverSDEScheduler" => new DpmSde(),
        "PNDMScheduler" => Pndm(config, asDiffusers),
        "IPNDMScheduler" => new Pndm(PndmStart.None) { AsDiffusers = asDiffusers },
        "DPMSolverMultistepScheduler" or "DPMSolverMultistepInverseScheduler" or "EDMDPMSolverMultistepScheduler"
            or "CosineDPMSolverMultistepScheduler" => Multistep(config, asDiffusers),
        "DPMSolverSinglestepScheduler" => Singlestep(config, asDiffusers),
        "DEISMultistepScheduler" => Deis(config),
        "UniPCMultistepScheduler" => UniPc(config),
        "SASolverScheduler" => SaSolver(config, asDiffusers),
        _ => throw new NotSupportedException($"scheduler: '{config.ClassName}' cannot be read yet."),
    };

    /// <summary>What an exponential integrator of this algorithm_type integrates.</summary>
    public static DpmPrediction Prediction(DiffusersSchedulerConfig config) => config.Text("algorithm_type") switch
    {
        "dpmsolver++" or "sde-dpmsolver++" or "deis" or "data_prediction" => DpmPrediction.Data,
        "dpmsolver" or "sde-dpmsolver" or "noise_prediction" => DpmPrediction.Noise,
        _ => throw config.Unknown("algorithm_type", "dpmsolver++, sde-dpmsolver++, dpmsolver, sde-dpmsolver, data_prediction and noise_prediction"),
    };

    /// <summary>diffusers takes any name that it does not know for fixed_small.</summary>
    private static ReverseVariance Variance(DiffusersSchedulerConfig config, bool asDiffusers) => config.Text("variance_type") switch
    {
        "fixed_small" or "fixed_small_log" => ReverseVariance.Smallest,
        "fixed_large" or "fixed_large_log" => ReverseVariance.Largest,
        "learned_range" => ReverseVariance.Learned,
        "learned" => ReverseVariance.Predicted,
        _ when asDiffusers => ReverseVariance.Smallest,
        _ => throw config.Unknown("variance_type", "fixed_small, fixed_small_log, fixed_large, fixed_large_log, learned and learned_range"),
    };

    private static Pndm Pndm(DiffusersSchedulerConfig config, bool asDiffusers) =>
        new(config.Flag("skip_prk_steps") ? PndmStart.Heun : PndmStart.RungeKutta)
        {
            AsDiffusers = asDiffusers,
            ExtrapolatesV = asDiffusers && config.Text("prediction_type") == "v_prediction",
        };

    private static DpmMultistep Multistep(DiffusersSchedulerConfig config, bool asDiffusers)
    {
        var order = config.Int("solver_order");
        DpmMultistep solver = Prediction(config) == DpmPrediction.Noise ? new DpmSolver(order) : new DpmSolverPlusPlus(order);
        return solver with
        {
            SecondOrder = Second(config),
            Stochastic = IsStochastic(config),
            LowerOrderFinal = config.Flag("lower_order_final"),
            EulerAtFinal = config.Flag("euler_at_final"),
            AsDiffusers = asDiffusers,
        };
    }

    private static DpmSinglestep Singlestep(DiffusersSchedulerConfig config, bool asDiffusers) =>
        new(config.Int("solver_order"), Prediction(config))
        {
            SecondOrder = Second(config),
            Stochastic = IsStochastic(config),
            LowerOrderFinal = config.Flag("lower_order_final"),
            AsDiffusers = asDiffusers,
        };

    /// <summary>DEIS in log ρ is the noise prediction's exponential integrator in λ = −log ρ, and diffusers' has no deviation.</summary>
    private static DpmSolver Deis(DiffusersSchedulerConfig config) =>
        new(config.Int("solver_order")) { SecondOrder = SecondOrder.Heun, LowerOrderFinal = config.Flag("lower_order_final") };

    private static UniPc UniPc(DiffusersSchedulerConfig config) => config.Has("solver_p")
        ? throw new NotSupportedException($"{config.ClassName}: solver_p, another scheduler as predictor, cannot be read; leave it out.")
        : new(config.Int("solver_order"))
        {
            Scale = config.Text("solver_type") == "bh1" ? UniPcScale.H : UniPcScale.ExpH,
            Prediction = config.Flag("predict_x0") ? DpmPrediction.Data : DpmPrediction.Noise,
            LowerOrderFinal = config.Flag("lower_order_final"),
            Uncorrected = config.Ints("disable_corrector"),
        };

    private static SaSolver SaSolver(DiffusersSchedulerConfig config, bool asDiffusers) => config.Has("tau_func")
        ? throw new NotSupportedException($"{config.ClassName}: tau_func is a function and cannot be read; set {nameof(Samplers.SaSolver.Tau)} of the sampler.")
        : new(config.Int("predictor_order"), config.Int("corrector_order"))
        {
            Tau = Tau(config),
            Prediction = Prediction(config),
            LowerOrderFinal = config.Flag("lower_order_final"),
            AsDiffusers = asDiffusers,
        };

    /// <summary>
    /// diffusers has noise at the steps 200 to 800. The steps it tells are rounded, to the nearest or down, and the range of σ/α is that of all levels that are
    /// told such steps.
    /// </summary>
    private static SaNoise Tau(DiffusersSchedulerConfig config)
    {
        if (config.Flag("use_flow_sigmas"))
        {
            var count = config.Number("num_train_timesteps");
            return new(1, Math.Min(1, 200 / count) / (1 - Math.Min(1, 200 / count)), Math.Min(1, 801 / count) / (1 - Math.Min(1, 801 / count)));
        }

        var table = DiffusersSchedulerParts.Table(config);
        if (table.Count <= 200)
        {
            return new(0);
        }

        var down = config.Flag("use_exponential_sigmas") || config.Flag("use_beta_sigmas");
        double Ratio(double step) => table.RatioOf(table.At(Math.Min(step, table.Count - 1)));
        return down ? new(1, Ratio(200), Ratio(801)) : new(1, Ratio(199.5), Ratio(800.5));
    }

    private static SecondOrder Second(DiffusersSchedulerConfig config) => config.Text("solver_type") switch
    {
        "heun" => SecondOrder.Heun,
        "midpoint" or "logrho" or "bh1" or "bh2" => SecondOrder.Midpoint,
        _ => throw config.Unknown("solver_type", "midpoint and heun"),
    };

    private static bool IsStochastic(DiffusersSchedulerConfig config) => config.Text("algorithm_type").StartsWith("sde-", StringComparison.Ordinal);
}
