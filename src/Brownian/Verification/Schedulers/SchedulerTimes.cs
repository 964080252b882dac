using Brownian.Checkpoints;
using Brownian.Parameterizations;
using Brownian.Samplers;
using Brownian.Spacing;
using static TorchSharp.torch;

namespace Brownian.Verification;

/// <summary>The lists that diffusers' set_timesteps leaves behind.</summary>
internal static class SchedulerTimes
{
    /// <summary>What the network is told, call by call: the sampler is run and listened to.</summary>
    public static double[] Timesteps(DiffusersScheduler scheduler, NoiseSchedule schedule)
    {
        if (scheduler.Sampler is PredictorCorrector or SdeSampler)
        {
            // Their networks are told σ or 999 times the time, and asked more than once at a time.
            return [.. schedule.SkipLast(1).Select(level => level.Time)];
        }

        using var scope = NewDisposeScope();
        using var noise = new SeededNoise(0);
        var listener = new Listener(scheduler.Parameterization);
        scheduler.Sampler.Run(listener, zeros(1, 1, dtype: ScalarType.Float64), schedule, noise);
        return [.. listener.Told];
    }

    /// <summary>
    /// diffusers' list of σ, level by level, with the end. Schedulers with two calls a step repeat them, and flow schedulers say σ and not σ/α. Also σ
    /// that a run does not come to, for want of times, are in the list.
    /// </summary>
    /// <param name="scheduler">The scheduler.</param>
    /// <param name="schedule">Its levels.</param>
    /// <param name="steps">The number of steps that were asked for.</param>
    public static double[] Sigmas(DiffusersScheduler scheduler, NoiseSchedule schedule, int steps)
    {
        var all = scheduler.Spacing is Reversed { AsDiffusers: true } reversed
            ? (reversed with { AsDiffusers = false }).Levels(scheduler.Path, steps)
            : schedule;
        double[] ratios = [.. all.Select(level => scheduler.Path is not Paths.RectifiedFlow ? level.NoiseToSignal
            : scheduler.Parameterization is PredictFlow { ToData: true } ? 1 - level.Sigma : level.Sigma)];
        return scheduler.Sampler switch
        {
            PredictorCorrector => ratios[..^1],
            Heun or DpmSde or ProbabilityFlow => [ratios[0], .. ratios[1..^1].SelectMany(Twice), ratios[^1]],
            Dpm2 => [ratios[0], .. ratios[1..].SelectMany(Twice), ratios[^1]],

            // A list with an end that is never reached.
            _ when scheduler.Spacing is RatioSpacing { ToldTimes: not null } =>
                [.. ratios, scheduler.Config["final_sigmas_type"]?.GetValue<string>() == "zero" ? 0 : ratios[^1]],
            _ => ratios,
        };
    }

    /// <summary>Compares what the scheduler's network is told: exactly if they are whole numbers, and not ones that are not rounded and happen to be whole.</summary>
    public static void Compare(Comparison comparison, DiffusersScheduler scheduler, NoiseSchedule schedule, double[] golden) => Compare(
        comparison, Timesteps(scheduler, schedule), golden, scheduler.Sampler is Dpm2 or DpmSde || scheduler.Spacing is RatioSpacing { Rounding: TimeRounding.None });

    /// <summary>Compares timesteps: exactly if they are whole numbers.</summary>
    public static void Compare(Comparison comparison, double[] ours, double[] golden, bool fractional = false)
    {
        // Between two steps the time is read off float32 logarithms of the table: 5e-7 over a distance of 1e-3 or more.
        var whole = !fractional && golden.All(t => t == Math.Floor(t));
        Lists(comparison, "timesteps", ours, golden, _ => whole ? 1e-9 : 5e-4);
    }

    /// <summary>Compares two lists, each element with a tolerance of its own.</summary>
    public static void Lists(Comparison comparison, string name, double[] ours, double[] golden, Func<double, double> tolerance)
    {
        if (ours.Length != golden.Length)
        {
            comparison.Fail(name, $"{ours.Length} numbers, expected {golden.Length}");
            return;
        }

        for (var i = 0; i < ours.Length; i++)
        {
            comparison.Number($"{name}[{i}]", ours[i], golden[i], tolerance(golden[i]));
        }
    }

    private static IEnumerable<double> Twice(double value) => [value, value];

    private sealed class Listener(Parameterization parameterization) : IDenoiser
    {
        public List<double> Told { get; } = [];

        public Denoised Denoise(Tensor xt, NoiseLevel at)
        {
            Told.Add(parameterization.Label(NoiseLevels.Of(at, xt)).item<double>());
            return new(zeros_like(xt), zeros_like(xt), zeros_like(xt));
        }
    }
}
