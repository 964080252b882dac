using System.Text.Json;
using Brownian.Checkpoints;
using Brownian.Paths;
using Brownian.Spacing;

namespace Brownian.Verification;

/// <summary>Exact lists of timesteps, and rules about lists that a user gives.</summary>
internal static class SchedulerRules
{
    public static SchedulerCase Row(JsonElement row)
    {
        var name = row.GetProperty("scheduler").GetString()!;
        if (!row.TryGetProperty("rule", out var rule))
        {
            return SchedulerCase.Of(name, "exact", row, "timesteps", CompareList);
        }

        Action<Comparison>? compare = rule.GetString() switch
        {
            { } text when text.StartsWith("custom timesteps", StringComparison.Ordinal) => CustomTimes,
            { } text when text.StartsWith("set_timesteps(num_train_timesteps)", StringComparison.Ordinal) => AllTimes,
            _ => null,
        };
        return new($"{name} rule", "timesteps", compare);
    }

    private static void CompareList(Comparison comparison, JsonElement row)
    {
        var scheduler = SchedulerCase.Scheduler(row);
        var schedule = scheduler.Spacing.Levels(scheduler.Path, row.GetProperty("set_timesteps").GetInt32());
        if (row.TryGetProperty("expected_timesteps", out _))
        {
            SchedulerTimes.Compare(comparison, scheduler, schedule, SchedulerCase.Numbers(row, "expected_timesteps"));
        }

        if (row.TryGetProperty("expected_sigmas", out _))
        {
            SchedulerTimes.Lists(
                comparison, "sigmas", SchedulerTimes.Sigmas(scheduler, schedule, row.GetProperty("set_timesteps").GetInt32()), SchedulerCase.Numbers(row, "expected_sigmas"), s => 2e-6 * (s + 1e-3));
        }
    }

    /// <summary>Times that a user gives descend, begin inside the table, and exclude a number of steps; each step ends where the next begins.</summary>
    private static void CustomTimes(Comparison comparison)
    {
        var path = DiscretePath.Linear();
        double[] times = [100, 87, 50, 1, 0];
        var schedule = new Listed(times).Levels(path, 5);
        SchedulerTimes.Lists(comparison, "previous", [.. schedule.Skip(1).Select(level => level.Time)], [87, 50, 1, 0, -1], _ => 1e-9);
        Refused("not descending", () => new Listed([100, 87, 50, 51, 0]).Levels(path, 5));
        Refused("beyond the table", () => new Listed([path.Count, 50]).Levels(path, 2));
        Refused("another number of steps", () => new Listed(times).Levels(path, 4));

        void Refused(string name, Action attempt)
        {
            try
            {
                attempt();
                comparison.Fail(name, "was accepted");
            }
            catch (ArgumentException)
            {
                comparison.Number(name, 0, 0, 1);
            }
        }
    }

    private static void AllTimes(Comparison comparison)
    {
        foreach (var name in new[] { "DPMSolverMultistepScheduler", "EDMDPMSolverMultistepScheduler" })
        {
            var scheduler = DiffusersScheduler.Read(name, [], asDiffusers: true);
            comparison.Number(name, scheduler.Spacing.Levels(scheduler.Path, 1000).Steps, 1000, 0.5);
        }
    }
}
