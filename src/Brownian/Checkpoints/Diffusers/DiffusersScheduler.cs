using System.Text.Json.Nodes;
using Brownian.Guidance;
using Brownian.Parameterizations;
using Brownian.Paths;
using Brownian.Samplers;
using Brownian.Spacing;

namespace Brownian.Checkpoints;

/// <summary>
/// What a diffusers <c>scheduler_config.json</c> says, in our words: a "scheduler" is a path, what the network outputs, a spacing and a sampler.
/// </summary>
/// <param name="ClassName">The scheduler's class.</param>
/// <param name="Path">The forward process.</param>
/// <param name="Parameterization">What the network outputs.</param>
/// <param name="Spacing">Which levels are visited.</param>
/// <param name="Sampler">The method.</param>
public sealed record DiffusersScheduler(
    string ClassName, GaussianPath Path, Parameterization Parameterization, ISpacing Spacing, Sampler Sampler)
{
    /// <summary>How the predicted data are kept in range; null to leave them.</summary>
    public Thresholding? Thresholding { get; init; }

    /// <summary>
    /// Whether diffusers keeps the data of this class as x/α, with noise of σ/α (Euler, Heun, LMS, KDPM2, DPM-SDE, EDM), and scales the network's input itself. We
    /// keep α·x0 + σ·ε for all.
    /// </summary>
    public bool InNoiseToSignal { get; init; }

    /// <summary>diffusers' init_noise_sigma where its class has one of its own; null where it follows from the levels.</summary>
    internal double? StartSigma { get; init; }

    /// <summary>The whole configuration, with the defaults of its class.</summary>
    public required JsonObject Config { get; init; }

    /// <summary>Whether a class can be read.</summary>
    public static bool Knows(string className) => DiffusersSchedulerConfig.Knows(className);

    /// <summary>Reads a configuration.</summary>
    /// <param name="config">The content of scheduler_config.json; its <c>_class_name</c> names the class.</param>
    /// <param name="asDiffusers">Whether diffusers' deviations from the methods are reproduced (see each sampler's AsDiffusers).</param>
    /// <exception cref="NotSupportedException">It is a scheduler, or has a setting, that cannot be read.</exception>
    /// <exception cref="FormatException">A setting is not what its class expects.</exception>
    public static DiffusersScheduler Read(JsonObject config, bool asDiffusers = false) =>
        Read(config["_class_name"]?.GetValue<string>() ?? throw new FormatException("scheduler: _class_name is missing."), config, asDiffusers);

    /// <inheritdoc cref="Read(JsonObject, bool)"/>
    /// <param name="className">The class, such as "DDIMScheduler".</param>
    /// <param name="config">Its settings; defaults fill in the rest.</param>
    /// <param name="asDiffusers">Whether diffusers' deviations from the methods are reproduced.</param>
    public static DiffusersScheduler Read(string className, JsonObject config, bool asDiffusers = false)
    {
        var full = new DiffusersSchedulerConfig(className, config);
        if (DiffusersMethod.Of(full, asDiffusers) is { } method)
        {
            return new(className, method.Path, method.Output, method.Spacing, method.Sampler)
            {
                Thresholding = method.Clip ?? DiffusersSchedulerParts.Thresholding(full),
                StartSigma = method.StartSigma,
                Config = full.ToJson(),
            };
        }

        return new(
            className,
            DiffusersSchedulerParts.Path(full),
            DiffusersSchedulerParts.Output(full, asDiffusers),
            DiffusersSchedulerSpacing.Of(full, asDiffusers),
            DiffusersSamplers.Of(full, asDiffusers))
        {
            Thresholding = DiffusersSchedulerParts.Thresholding(full),
            InNoiseToSignal = full.IsEdm || full.KeepsRatio,
            Config = full.ToJson(),
        };
    }

    /// <summary>
    /// The standard deviation of the noise from which diffusers starts at the first level, in our coordinates: its <c>init_noise_sigma</c>, times α
    /// where it keeps x/α.
    /// </summary>
    public double StartScale(NoiseSchedule schedule) => InitNoiseSigma(schedule) * (InNoiseToSignal ? schedule[0].Alpha : 1);

    /// <summary>diffusers' <c>init_noise_sigma</c>, in its own coordinates.</summary>
    public double InitNoiseSigma(NoiseSchedule schedule)
    {
        if (StartSigma is not null || !InNoiseToSignal)
        {
            return StartSigma ?? 1;
        }

        var ratio = Path is EdmPath edm ? edm.SigmaMax : schedule[0].NoiseToSignal;
        return Config["timestep_spacing"]?.GetValue<string>() is "linspace" or "trailing" ? ratio : Math.Sqrt(ratio * ratio + 1);
    }
}
