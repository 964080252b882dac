using Brownian.Spacing;

namespace Brownian.Checkpoints;

/// <summary>The spacing of a diffusers scheduler.</summary>
internal static class DiffusersSchedulerSpacing
{
    public static ISpacing Of(DiffusersSchedulerConfig config, bool asDiffusers) => config.ClassName switch
    {
        "DDPMScheduler" or "DDPMParallelScheduler" => InTime(config, asDiffusers),
        "DDIMScheduler" or "DDIMParallelScheduler" or "PNDMScheduler" =>
            InTime(config, asDiffusers) with { End = config.Flag("set_alpha_to_one") ? FinalLevel.Clean : FinalLevel.Cleanest },
        "EulerDiscreteScheduler" => Euler(config, asDiffusers),
        "EulerAncestralDiscreteScheduler" or "HeunDiscreteScheduler" or "LMSDiscreteScheduler" or "DPMSolverSDEScheduler" =>
            FromKDiffusion(config, asDiffusers),
        "KDPM2DiscreteScheduler" or "KDPM2AncestralDiscreteScheduler" => FromKDiffusion(config, asDiffusers) is Karras karras
            ? karras with { Rounding = TimeRounding.Nearest }
            : FromKDiffusion(config, asDiffusers),
        "IPNDMScheduler" => config.Has("trained_betas")
            ? throw new NotSupportedException($"{config.ClassName}: trained_betas cannot be read; leave them out.")
            : new Crash { AsDiffusers = asDiffusers },
        "DPMSolverMultistepScheduler" => Solver(config, asDiffusers, End(config), config.Text("beta_schedule") != "squaredcos_cap_v2"),
        "DPMSolverSinglestepScheduler" => Solver(config, asDiffusers, End(config), roundsKarras: true),
        "DPMSolverMultistepInverseScheduler" => Inverse(config, asDiffusers),
        "UniPCMultistepScheduler" => UniPc(config, asDiffusers),
        "DEISMultistepScheduler" or "SASolverScheduler" => Solver(
            config, asDiffusers, InSigma(config) is null && !config.Flag("use_flow_sigmas") ? FinalLevel.Cleanest : FinalLevel.Repeated, roundsKarras: true),
        _ => Edm(config),
    };

    /// <summary>The single-step solver has no choice.</summary>
    private static TimeSpacing InTime(DiffusersSchedulerConfig config, bool asDiffusers) => config.ClassName == "DPMSolverSinglestepScheduler"
        ? new Linspace { AsDiffusers = asDiffusers }
        : config.Text("timestep_spacing") switch
        {
            "leading" => new Leading(config.Int("steps_offset")),
            "trailing" => new Trailing { AsDiffusers = asDiffusers },
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

    private static ISpacing FromKDiffusion(DiffusersSchedulerConfig config, bool asDiffusers)
    {
        var within = Fractional(config, asDiffusers) with { OfRatios = asDiffusers };
        return InSigma(config) is { } inSigma ? inSigma with { Within = within, OfRatios = asDiffusers } : within;
    }

    private static ISpacing Euler(DiffusersSchedulerConfig config, bool asDiffusers)
    {
        var within = Fractional(config, asDiffusers) with { OfRatios = asDiffusers };
        var isLog = config.Text("interpolation_type") switch
        {
            "linear" => false,
            "log_linear" => true,
            _ => throw config.Unknown("interpolation_type", "linear and log_linear"),
        };
        if (InSigma(config) is { } inSigma)
        {
            return inSigma with
            {
                Within = isLog ? null : within,
                Largest = config.Optional("sigma_max"),
                Smallest = config.Optional("sigma_min"),
                End = End(config),
                OfRatios = asDiffusers,
            };
        }

        return isLog ? LogLinear(config, within, asDiffusers) : within with { End = End(config) };
    }

    /// <summary>
    /// diffusers lays out one σ more than it has times, and ends at it. The times are not those of the σ; with continuous ones it makes a step more than
    /// it was asked for.
    /// </summary>
    private static ISpacing LogLinear(DiffusersSchedulerConfig config, TimeSpacing within, bool asDiffusers)
    {
        if (config.Text("timestep_type") == "continuous" && config.Text("prediction_type") == "v_prediction")
        {
            var exponential = new Exponential { End = End(config), OfRatios = asDiffusers };
            return asDiffusers ? new OneStepMore(exponential) : exponential;
        }

        return new Exponential { SkipLast = true, End = FinalLevel.Cleanest, ToldTimes = asDiffusers ? within : null, OfRatios = asDiffusers };
    }

    /// <summary>DPM-Solver and its kin lay out one time more than they step from, except for trailing; their ratios span the whole table.</summary>
    private static ISpacing Solver(DiffusersSchedulerConfig config, bool asDiffusers, FinalLevel end, bool roundsKarras)
    {
        if (config.Flag("use_flow_sigmas"))
        {
            return Flow(config, end, asDiffusers);
        }

        var lu = config.Flag("use_lu_lambdas");
        if (InSigma(config) is { } || lu)
        {
            var inSigma = config.Flag("use_karras_sigmas") || !lu ? InSigma(config)! : new Exponential();
            var rounds = (inSigma is Karras || lu) && roundsKarras;
            return inSigma with { Rounding = rounds ? TimeRounding.Nearest : TimeRounding.Down, End = end, OfRatios = asDiffusers };
        }

        var inTime = InTime(config, asDiffusers);
        var clipped = config.Has("lambda_min_clipped") ? config.Number("lambda_min_clipped") : double.NegativeInfinity;
        return inTime with { SkipLast = inTime is not Trailing, SmallestLambda = clipped, End = end, OfRatios = asDiffusers };
    }

    /// <summary>diffusers does not turn the σ of flow matching around.</summary>
    private static ISpacing Inverse(DiffusersSchedulerConfig config, bool asDiffusers)
    {
        if (config.Flag("use_flow_sigmas"))
        {
            return asDiffusers ? Flow(config, FinalLevel.Repeated, asDiffusers) : new Reversed(Flow(config, FinalLevel.Clean, asDiffusers));
        }

        var spacing = Solver(config, asDiffusers, FinalLevel.Clean, roundsKarras: true);
        return spacing is TimeSpacing inTime
            ? new Reversed(inTime with { SkipLast = false }) { End = spacing is Trailing ? ReversedEnd.Repeated : ReversedEnd.Noisiest, AsDiffusers = asDiffusers }
            : new Reversed(spacing) { End = ReversedEnd.Repeated, AsDiffusers = asDiffusers && spacing is Karras };
    }

    private static FlowShift Flow(DiffusersSchedulerConfig config, FinalLevel end, bool asDiffusers)
    {
        if (InSigma(config) is not null)
        {
            throw new NotSupportedException($"{config.ClassName}: use_flow_sigmas with sigmas of another spacing mixes two kinds of σ and cannot be read.");
        }

        // For sigma_min diffusers takes σ/α of the table of β for the share of noise; what is meant is the last share.
        var (count, mixes) = (config.Int("num_train_timesteps"), end == FinalLevel.Cleanest);
        return new(DiffusersFlow.Shift(config))
        {
            Largest = 1 - 1.0 / count,
            FromSignal = asDiffusers,
            End = mixes ? FinalLevel.Repeated : end,
            EndShare = mixes && asDiffusers ? DiffusersSchedulerParts.Table(config).Ratios[0] : null,
            Grid = count,
        };
    }

    private static ISpacing UniPc(DiffusersSchedulerConfig config, bool asDiffusers)
    {
        var end = End(config) == FinalLevel.Clean ? FinalLevel.Clean : FinalLevel.Repeated;
        if (!config.Flag("use_flow_sigmas"))
        {
            var spacing = Solver(config, asDiffusers, InSigma(config) is null ? End(config) : end, roundsKarras: true);
            return spacing is RatioSpacing ratios
                ? ratios with { Largest = config.Optional("sigma_max"), Smallest = config.Optional("sigma_min") }
                : spacing;
        }

        var count = config.Int("num_train_timesteps");
        if (InSigma(config) is Karras karras)
        {
            // Without limits diffusers takes them from the table of β.
            var table = DiffusersSchedulerParts.Table(config);
            return karras with
            {
                Largest = config.Optional("sigma_max") ?? table.Ratios[^1],
                Smallest = config.Optional("sigma_min") ?? table.Ratios[0],
                Grid = count,
                End = end,
            };
        }

        return config.Flag("use_dynamic_shifting") && !config.Has("mu")
            ? throw new NotSupportedException($"{config.ClassName}: use_dynamic_shifting needs a shift for each image size; give it as flow_shift, or its logarithm as mu.")
            : Flow(config, end, asDiffusers) with { FromSignal = false, Largest = 1, Smallest = 1.0 / count, Bound = (float)(1 - 1e-6), Terminal = config.Optional("shift_terminal") };
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
