using Brownian.Spacing;

namespace Brownian.Checkpoints;

/// <summary>The spacing of a diffusers scheduler.</summary>
internal static class DiffusersSchedulerSpacing
{
    public static ISpacing Of(DiffusersSchedulerConfig config, bool asDiffusers) => config.ClassName switch
    {
        "DDPMScheduler" or "DDPMParallelScheduler" => InTime(config, asDiffusers),
        "DDIMScheduler" or "DDIMParallelScheduler" =>
            InTime(config, asDiffusers) with { End = config.Flag("set_alpha_to_one") ? FinalLevel.Clean : FinalLevel.Cleanest },
        "EulerDiscreteScheduler" => Euler(config, asDiffusers),
        "HeunDiscreteScheduler" => InSigma(config) is { } inSigma
            ? inSigma with { Within = Fractional(config, asDiffusers) }
            : Fractional(config, asDiffusers),
        "DPMSolverMultistepScheduler" => Solver(config, asDiffusers),
        _ => Edm(config),
    };

    private static TimeSpacing InTime(DiffusersSchedulerConfig config, bool asDiffusers) => config.Text("timestep_spacing") switch
    {
        "leading" => new Leading(config.Int("steps_offset")),
        "trailing" => new Trailing(),
        "linspace" => new Linspace { AsDiffusers = asDiffusers },
        _ => throw config.Unknown("timestep_spacing", "leading, trailing and linspace"),
    };

    /// <summary>Euler's and Heun's linspace is not rounded to steps.</summary>
    private static TimeSpacing Fractional(DiffusersSchedulerConfig config, bool asDiffusers) =>
        InTime(config, asDiffusers) is Linspace even ? even with { Rounding = TimeRounding.None } : InTime(config, asDiffusers);

    private static RatioSpacing? InSigma(DiffusersSchedulerConfig config) =>
        config.Flag("use_karras_sigmas") ? new Karras()
        : config.Flag("use_exponential_sigmas") ? new Exponential()
        : config.Flag("use_beta_sigmas") ? new Beta()
        : null;

    private static ISpacing Euler(DiffusersSchedulerConfig config, bool asDiffusers)
    {
        if (config.Text("interpolation_type") != "linear" || config.Text("timestep_type") != "discrete")
        {
            throw new NotSupportedException(
                $"{config.ClassName}: interpolation_type '{config.Text("interpolation_type")}' with timestep_type '{config.Text("timestep_type")}' "
                + "cannot be read; linear and discrete can.");
        }

        var end = End(config);
        var within = Fractional(config, asDiffusers);
        return InSigma(config) is { } inSigma
            ? inSigma with
            {
                Within = within,
                Largest = config.Optional("sigma_max"),
                Smallest = config.Optional("sigma_min"),
                End = end,
            }
            : within with { End = end };
    }

    /// <summary>DPM-Solver lays out one time more than it steps from, except for trailing; its ratios span the whole table.</summary>
    private static ISpacing Solver(DiffusersSchedulerConfig config, bool asDiffusers)
    {
        if (config.Flag("use_flow_sigmas"))
        {
            throw new NotSupportedException($"{config.ClassName}: use_flow_sigmas cannot be read yet.");
        }

        var end = End(config);
        var lu = config.Flag("use_lu_lambdas");
        if (InSigma(config) is { } || lu)
        {
            var inSigma = config.Flag("use_karras_sigmas") || !lu ? InSigma(config)! : new Exponential();
            var rounds = (inSigma is Karras || lu) && config.Text("beta_schedule") != "squaredcos_cap_v2";
            return inSigma with { Rounding = rounds ? TimeRounding.Nearest : TimeRounding.Down, End = end };
        }

        var inTime = InTime(config, asDiffusers);
        return inTime with { SkipLast = inTime is not Trailing, SmallestLambda = config.Number("lambda_min_clipped"), End = end };
    }

    private static ISpacing Edm(DiffusersSchedulerConfig config)
    {
        RatioSpacing inSigma = config.Text("sigma_schedule") switch
        {
            "karras" => new Karras(config.Number("rho")),
            "exponential" => new Exponential(),
            _ => throw config.Unknown("sigma_schedule", "karras and exponential"),
        };
        return inSigma with { End = End(config) };
    }

    private static FinalLevel End(DiffusersSchedulerConfig config) => config.Text("final_sigmas_type") switch
    {
        "zero" => FinalLevel.Clean,
        "sigma_min" => FinalLevel.Cleanest,
        _ => throw config.Unknown("final_sigmas_type", "zero and sigma_min"),
    };
}
