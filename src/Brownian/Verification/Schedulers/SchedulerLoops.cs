using System.Text.Json;
using Brownian.Checkpoints;
using static TorchSharp.torch;

namespace Brownian.Verification;

/// <summary>Whole sampling loops with the wave function as network.</summary>
internal static class SchedulerLoops
{
    public static SchedulerCase Loop(JsonElement row)
    {
        return SchedulerCase.Of(
            row.GetProperty("scheduler").GetString()!,
            $"N={row.GetProperty("N")} {SchedulerCase.Brief(row)} {SchedulerCase.Brief(row, "step_kwargs")}".Trim(), row, "loop",
            (comparison, json) => Compare(comparison, json, SchedulerCase.Scheduler(json), SchedulerFunction.Wave));
    }

    public static SchedulerCase LearnedRange(JsonElement row) => SchedulerCase.Of(
        "DDPMScheduler", $"N={row.GetProperty("N")} {SchedulerCase.Brief(row)}", row, "learned variance",
        (comparison, json) => Compare(
            comparison, json, DiffusersScheduler.Read("DDPMScheduler", SchedulerCase.Config(json), asDiffusers: true), SchedulerFunction.WaveWithVariance));

    private static void Compare(Comparison comparison, JsonElement row, DiffusersScheduler scheduler, SchedulerFunction function)
    {
        var options = row.TryGetProperty("step_kwargs", out var given) ? given : default;
        var schedule = scheduler.Spacing.Levels(scheduler.Path, row.GetProperty("N").GetInt32());
        var x = SchedulerData.Sample(4, 3, 8, 8) * scheduler.InitNoiseSigma(schedule);
        var loop = new SchedulerLoop(scheduler, function, options);

        // These loops tell every step the same, and so the previous time, which one class needs, not at all or wrongly.
        var end = scheduler.ClassName == "UnCLIPScheduler" ? SchedulerSections.UnClipLoop(loop, x, schedule, Previous(options)) : loop.Run(x, schedule);
        SchedulerData.Statistics(comparison, "", end, row);
    }

    private static int? Previous(JsonElement options) => options.ValueKind == JsonValueKind.Object
        && options.TryGetProperty("prev_timestep", out var time) && time.ValueKind == JsonValueKind.Number ? time.GetInt32() : null;
}
