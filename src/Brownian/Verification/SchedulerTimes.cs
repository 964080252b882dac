using Brownian.Checkpoints;
using Brownian.Samplers;
using Brownian.Spacing;

namespace Brownian.Verification;

/// <summary>The lists that diffusers' set_timesteps leaves behind.</summary>
internal static class SchedulerTimes
{
    /// <summary>What the network is told, call by call. Heun's schedulers repeat all but the first.</summary>
    public static double[] Timesteps(DiffusersScheduler scheduler, NoiseSchedule schedule)
    {
        var times = schedule.Take(schedule.Steps)
            .Select(level => scheduler.Path is Paths.EdmPath ? Math.Log(level.Sigma) / 4 : level.Time);
        return scheduler.Sampler is Heun ? [.. times.Take(1), .. times.Skip(1).SelectMany(Twice)] : [.. times];
    }

    /// <summary>σ/α, level by level, with the end. Heun's schedulers repeat all but the first and the last.</summary>
    public static double[] Sigmas(DiffusersScheduler scheduler, NoiseSchedule schedule)
    {
        var ratios = schedule.Select(level => level.NoiseToSignal);
        return scheduler.Sampler is Heun
            ? [.. ratios.Take(1), .. ratios.Skip(1).SkipLast(1).SelectMany(Twice), .. ratios.TakeLast(1)]
            : [.. ratios];
    }

    /// <summary>Compares timesteps: exactly if they are whole numbers.</summary>
    public static void Compare(Comparison comparison, double[] ours, double[] golden)
    {
        // Between two steps the time is read off float32 logarithms of the table: 5e-7 over a distance of 1e-3 or more.
        var whole = golden.All(t => t == Math.Floor(t));
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
}
