using Brownian.Guidance;
using Brownian.Parameterizations;
using Brownian.Paths;
using Brownian.Samplers;
using Brownian.Spacing;

namespace Brownian.Checkpoints;

/// <summary>What those schedulers of diffusers say that stand for one method each, with a path, an output and levels of its own.</summary>
internal sealed record DiffusersMethod(GaussianPath Path, Parameterization Output, ISpacing Spacing, Sampler Sampler)
{
    /// <summary>diffusers' init_noise_sigma.</summary>
    public double StartSigma { get; init; } = 1;

    /// <summary>How x0 is kept in range, where the class has a setting of its own for it.</summary>
    public Thresholding? Clip { get; init; }

    /// <summary>The method of a class; null if it is none of these.</summary>
    public static DiffusersMethod? Of(DiffusersSchedulerConfig config, bool asDiffusers) => config.ClassName switch
    {
        "DDIMInverseScheduler" => Inverse(config, asDiffusers),
        "UnCLIPScheduler" => OnTable(config, asDiffusers, new Linspace(), new Ancestral(UnClipVariance(config)) { AsDiffusers = asDiffusers, TableBetas = true }),
        "RePaintScheduler" => OnTable(
            config, asDiffusers, new Jumps(new Leading()), new RePaint(config.Number("eta")) { AsDiffusers = asDiffusers }),
        "LCMScheduler" => OnTable(
            config, asDiffusers, Distilled(config, FinalLevel.Clean), new MultistepConsistency { Boundary = new(config.Number("timestep_scaling")) }),
        "TCDScheduler" => OnTable(config, asDiffusers, Distilled(config, FinalLevel.Cleanest), new Tcd()),
        "CMStochasticIterativeScheduler" => ConsistencyModel(config),
        "ScoreSdeVeScheduler" => ScoreSde(config, asDiffusers),
        "ScoreSdeVpScheduler" => new(
            new VariancePreserving(config.Number("beta_min"), config.Number("beta_max")),
            new PredictEpsilon { TimeScale = 999 },
            new Linspace { Cleanest = config.Number("sampling_eps") },
            new ReverseSde { AsScoreSde = asDiffusers }),
        "KarrasVeScheduler" => KarrasVe(config, asDiffusers),
        "FlowMatchEulerDiscreteScheduler" => DiffusersFlow.Euler(config, asDiffusers),
        "FlowMatchHeunDiscreteScheduler" => DiffusersFlow.Heun(config, asDiffusers),
        _ => null,
    };

    private static DiffusersMethod OnTable(DiffusersSchedulerConfig config, bool asDiffusers, ISpacing spacing, Sampler sampler) =>
        new(DiffusersSchedulerParts.Table(config), DiffusersSchedulerParts.Output(config, asDiffusers), spacing, sampler);

    private static DiffusersMethod Inverse(DiffusersSchedulerConfig config, bool asDiffusers)
    {
        // An older name of the setting, and it was never about zero.
        var one = config.Has("set_alpha_to_zero") ? config.Flag("set_alpha_to_zero") : config.Flag("set_alpha_to_one");
        TimeSpacing forward = config.Text("timestep_spacing") switch
        {
            "leading" => new Leading(config.Int("steps_offset")),
            "trailing" => new Trailing(),
            _ => throw config.Unknown("timestep_spacing", "leading and trailing"),
        };
        return OnTable(
            config,
            asDiffusers,
            new Reversed(forward with { End = one ? FinalLevel.Clean : FinalLevel.Cleanest }),
            new DdimInverse { AsDiffusers = asDiffusers });
    }

    private static ReverseVariance UnClipVariance(DiffusersSchedulerConfig config) => config.Text("variance_type") switch
    {
        "fixed_small_log" => ReverseVariance.Smallest,
        "learned_range" => ReverseVariance.Learned,
        _ => throw config.Unknown("variance_type", "fixed_small_log and learned_range"),
    };

    private static Distilled Distilled(DiffusersSchedulerConfig config, FinalLevel end) =>
        new(config.Int("original_inference_steps")) { End = end };

    private static DiffusersMethod ConsistencyModel(DiffusersSchedulerConfig config)
    {
        var (smallest, largest) = (config.Number("sigma_min"), config.Number("sigma_max"));
        return new(
            new EdmPath(smallest, largest),
            new PredictConsistency(smallest, config.Number("sigma_data")),
            new KarrasTable(config.Int("num_train_timesteps"), config.Number("rho")) { End = FinalLevel.Cleanest },
            new MultistepConsistency { SmallestRatio = smallest, NoiseScale = config.Number("s_noise") })
        {
            StartSigma = largest,
            Clip = config.Flag("clip_denoised") ? new() : null,
        };
    }

    private static DiffusersMethod ScoreSde(DiffusersSchedulerConfig config, bool asDiffusers)
    {
        // Its networks know data in [0, 1], and so does its pipeline; ours are in [−1, 1], with twice the noise.
        var steps = config.Int("correct_steps");
        var scale = asDiffusers ? 1 : 2;
        return new(
            new VarianceExploding(scale * config.Number("sigma_min"), scale * config.Number("sigma_max")),
            new PredictScore { Told = NoiseLabel.Sigma, UnitData = !asDiffusers },
            new Linspace { Cleanest = config.Number("sampling_eps") },
            new PredictorCorrector
            {
                Predictor = new ReverseDiffusion { AsScoreSde = asDiffusers },
                Corrector = steps == 0 ? null : new LangevinCorrector(config.Number("snr"), steps) { AsScoreSde = asDiffusers },
            })
        {
            StartSigma = scale * config.Number("sigma_max"),
        };
    }

    /// <summary>
    /// EDM's sampler with the levels of the VE path (Karras et al. 2022, Table 1). diffusers takes the squares of the σ for the σ. Its networks know data in
    /// [0, 1].
    /// </summary>
    private static DiffusersMethod KarrasVe(DiffusersSchedulerConfig config, bool asDiffusers)
    {
        var (smallest, largest) = (config.Number("sigma_min"), config.Number("sigma_max"));
        return new(
            new EdmPath(smallest, largest),
            new PredictScore { Told = NoiseLabel.Sigma, UnitData = true },
            asDiffusers ? new Exponential { Smallest = smallest * smallest, Largest = largest * largest } : new Exponential(),
            new Heun
            {
                Churn = new(config.Number("s_churn"), config.Number("s_min"), config.Number("s_max"), config.Number("s_noise")) { AlwaysDraws = asDiffusers },
            })
        {
            StartSigma = largest,
        };
    }
}
