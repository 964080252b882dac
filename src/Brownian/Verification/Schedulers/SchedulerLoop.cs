using System.Text.Json;
using System.Text.Json.Nodes;
using Brownian.Checkpoints;
using Brownian.Guidance;
using Brownian.Paths;
using Brownian.Samplers;
using Brownian.Spacing;
using static TorchSharp.torch;

namespace Brownian.Verification;

/// <summary>A sampling loop of a golden case, in diffusers' coordinates outside and ours inside.</summary>
internal sealed class SchedulerLoop
{
    private readonly DiffusersScheduler scheduler;
    private readonly DiffusionModel model;
    private readonly Sampler sampler;
    private readonly SchedulerInput input;

    /// <param name="scheduler">What diffusers' scheduler says.</param>
    /// <param name="function">The network's stand-in.</param>
    /// <param name="options">Arguments of diffusers' step function.</param>
    /// <param name="input">What the network is shown.</param>
    public SchedulerLoop(
        DiffusersScheduler scheduler, SchedulerFunction function, JsonElement options = default, SchedulerInput input = SchedulerInput.Scaled)
    {
        var (method, thresholding) = Apply(scheduler, options);
        this.scheduler = scheduler with { Thresholding = thresholding };
        (sampler, this.input) = (method, input);
        model = new(new SchedulerNetwork(function), scheduler.Path, scheduler.Parameterization);
    }

    /// <summary>The data at the end, from <paramref name="x"/> at level number <paramref name="first"/>.</summary>
    /// <param name="x">The data.</param>
    /// <param name="schedule">The levels.</param>
    /// <param name="first">Where to begin.</param>
    /// <param name="times">How often the run is made, the next one with the end of the one before and with what the sampler remembers of it.</param>
    public Tensor Run(Tensor x, NoiseSchedule schedule, int first = 0, int times = 1)
    {
        var seed = (ulong?)scheduler.Config["noise_sampler_seed"]?.GetValue<double>();
        if (sampler is DpmSde && schedule.Steps > 1)
        {
            using var brownian = new BrownianReplay(schedule, seed);
            return Run(x, schedule, brownian, first, schedule.Steps);
        }

        if (scheduler is { ClassName: "CosineDPMSolverMultistepScheduler", Path: EdmPath path })
        {
            using var brownian = new BrownianNoise((float)path.SigmaMin, (float)path.SigmaMax, BrownianReplay.DrawnSeed());
            return Run(x, schedule, brownian, first, schedule.Steps);
        }

        using var noise = new SeededNoise(0);
        return Run(x, schedule, noise, first, schedule.Steps, times);
    }

    /// <summary>The data at level number <paramref name="end"/>.</summary>
    public Tensor Run(Tensor x, NoiseSchedule schedule, INoise noise, int first, int end, int times = 1)
    {
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        var replay = new SchedulerReplay(
            model, input, scheduler.InNoiseToSignal, sampler is Euler { Churn: not null } or Heun { Churn: not null }, scheduler.Thresholding);
        using var stepper = sampler.Start(replay, noise, schedule);
        var now = ToOurs(x, schedule[first]);
        for (var time = 0; time < times; time++)
        {
            for (var i = first; i < end; i++)
            {
                using var step = NewDisposeScope();
                var next = stepper.Step(replay.Begin(now, schedule[i]), schedule[i], schedule[i + 1]);
                now.Dispose();
                now = step.MoveToOuter(next);
            }
        }

        return FromOurs(now, schedule[end]).MoveToOuterDisposeScope();
    }

    /// <summary>Noisy data as diffusers' add_noise makes them, in its coordinates. Its SA-Solver alone takes the level from the table, at the rounded time.</summary>
    public Tensor AddNoise(Tensor x0, Tensor noise, NoiseLevel at)
    {
        var level = sampler is SaSolver && scheduler.Path is DiscretePath table ? table.At(at.Time) : at;
        return scheduler.InNoiseToSignal ? x0 + noise * level.NoiseToSignal : x0 * level.Alpha + noise * level.Sigma;
    }

    private Tensor ToOurs(Tensor x, NoiseLevel at) => scheduler.InNoiseToSignal ? x * at.Alpha : x.alias();

    private Tensor FromOurs(Tensor x, NoiseLevel at) => scheduler.InNoiseToSignal ? x / at.Alpha : x.alias();

    private static (Sampler Sampler, Thresholding? Thresholding) Apply(DiffusersScheduler scheduler, JsonElement options)
    {
        var given = options.ValueKind == JsonValueKind.Object ? JsonObject.Create(options)! : [];
        double Number(string name, double otherwise) => given[name] is JsonValue value
            ? value.TryGetValue(out string? text) ? (text is "inf" ? double.PositiveInfinity : double.Parse(text)) : value.GetValue<double>()
            : otherwise;
        foreach (var (name, _) in given)
        {
            if (name is not ("eta" or "use_clipped_model_output" or "s_churn" or "s_tmin" or "s_tmax" or "s_noise" or "order" or "prev_timestep"))
            {
                throw new NotSupportedException($"{scheduler.ClassName}: the step's argument {name} is not known");
            }
        }

        var churn = Number("s_churn", 0) > 0
            ? new Churn(Number("s_churn", 0), Number("s_tmin", 0), Number("s_tmax", double.PositiveInfinity), Number("s_noise", 1))
            : null;
        var rederive = given["use_clipped_model_output"]?.GetValue<bool>() ?? scheduler.Thresholding?.RederiveEpsilon ?? false;
        return (
            scheduler.Sampler switch
            {
                Ddim ddim => ddim with { Eta = Number("eta", ddim.Eta) },
                DpmSde sde => sde with { NoiseScale = Number("s_noise", 1) },
                LinearMultistep lms => lms with { Order = (int)Number("order", lms.Order) },
                Tcd tcd => tcd with { Gamma = Number("eta", tcd.Gamma) },

                // diffusers' flow matching accepts the arguments of churn; Euler's does not use them.
                Euler when scheduler.Path is RectifiedFlow => scheduler.Sampler,
                ProbabilityFlow when churn is not null => new FlowSteps { Churn = churn, AsDiffusers = true },
                Euler euler => euler with { Churn = churn },
                Heun heun => heun with { Churn = churn },
                var other => other,
            },
            scheduler.Thresholding is { } rule ? rule with { RederiveEpsilon = rederive } : null);
    }
}
