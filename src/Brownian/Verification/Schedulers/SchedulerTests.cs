using System.Text.Json;
using Brownian.Checkpoints;
using Brownian.Spacing;
using static TorchSharp.torch;

namespace Brownian.Verification;

/// <summary>diffusers' own tests: loops that are told by the name of a procedure, with the decaying function as network.</summary>
internal static class SchedulerTests
{
    public static SchedulerCase Row(JsonElement row)
    {
        var procedure = row.GetProperty("procedure").GetString()!;
        return SchedulerCase.Of(
            row.GetProperty("scheduler").GetString()!, row.GetProperty("test").GetString()!, row,
            procedure == "VARIANCE" ? "variance" : $"{procedure} loop",
            (comparison, json) => Compare(comparison, json, procedure));
    }

    private static void Compare(Comparison comparison, JsonElement row, string procedure)
    {
        if (procedure == "VARIANCE")
        {
            SchedulerScalars.Variances(comparison, row);
            return;
        }

        var scheduler = SchedulerCase.Scheduler(row);
        if (scheduler.Sampler is Samplers.Tcd tcd && row.TryGetProperty("stochastic", out var stochastic) && stochastic.ValueKind == JsonValueKind.False)
        {
            // diffusers tests it without noise.
            scheduler = scheduler with { Sampler = tcd with { Gamma = 0 } };
        }

        Result(comparison, "", procedure == "BATCH" ? Batch(scheduler, row) : Loop(scheduler, row, procedure), row);
        if (procedure == "SWITCH")
        {
            // Once more from the configuration that the scheduler would write.
            Result(comparison, "again", Loop(DiffusersScheduler.Read(scheduler.Config, asDiffusers: true), row, procedure), row);
        }
    }

    private static Tensor Loop(DiffusersScheduler scheduler, JsonElement row, string procedure)
    {
        var full = procedure is "DDPM_FULL" or "DDPM_NOISE" or "UNCLIP_FULL";
        var steps = full ? SchedulerScalars.Table(scheduler).Count : row.GetProperty("num_steps").GetInt32();
        var schedule = (full ? new Leading() : scheduler.Spacing).Levels(scheduler.Path, steps);
        var shape = Shape(row);
        var scaled = procedure.Contains("SCALED", StringComparison.Ordinal) || procedure is "CM_ONE" or "CM_MULTI";
        var input = procedure.EndsWith("OVERWRITE", StringComparison.Ordinal) ? SchedulerInput.Overwrites
            : scaled ? SchedulerInput.Scaled : SchedulerInput.Raw;
        var loop = new SchedulerLoop(scheduler, SchedulerFunction.Decay, default, input);
        var x = SchedulerData.Sample(shape) * (scaled ? scheduler.InitNoiseSigma(schedule) : 1);
        switch (procedure)
        {
            case "PLAIN" or "SWITCH" or "SCALED_KEEP" or "SCALED_OVERWRITE" or "DDPM_FULL" or "PNDM":
                return loop.Run(x, schedule);
            case "IPNDM":
                return loop.Run(x, schedule, times: 2);
            case "UNEVEN":
                return loop.Run(x, schedule, first: 3);
            case "UNCLIP_FULL" or "UNCLIP_SKIP" or "CM_ONE":
                return loop.Run(x, schedule);
            case "CM_MULTI":
                return loop.Run(x, ((KarrasTable)scheduler.Spacing with { Entries = [0, 106] }).Levels(scheduler.Path, 2));
            case "VE":
                return SchedulerSections.ScoreSdeTest(scheduler, x, steps);
            case "NOISE_PLAIN" or "NOISE_SCALED_KEEP" or "NOISE_SCALED_OVERWRITE" or "DDPM_NOISE":
                var first = row.GetProperty("t_start").GetInt32();
                return loop.Run(loop.AddNoise(x, SchedulerData.Noise(shape), schedule[first]), schedule, first);
            default:
                throw new NotSupportedException($"the procedure {procedure} is not known");
        }
    }

    /// <summary>One step without noise of three samples at the times 0, 1 and 2, each of a batch.</summary>
    private static Tensor Batch(DiffusersScheduler scheduler, JsonElement row)
    {
        var table = SchedulerScalars.Table(scheduler);
        var hasSteps = row.TryGetProperty("num_steps", out var given) && given.ValueKind == JsonValueKind.Number;
        var stride = hasSteps ? table.Count / given.GetInt32() : 1;
        var loop = new SchedulerLoop(scheduler with { Sampler = WithoutQuirks(scheduler.Sampler) }, SchedulerFunction.Decay);
        using var none = new NoNoise();
        var parts = new[] { 0, 0.1, -0.1 }.Select((shift, time) =>
        {
            var schedule = new NoiseSchedule(table, table.At(time), table.At(time - stride));
            return loop.Run(SchedulerData.Sample(Shape(row)) + shift, schedule, none, 0, 1);
        });
        return cat(parts.ToArray(), 0);
    }

    // The schedule of one step tells both ends; the stride is not to be found from it.
    private static Samplers.Sampler WithoutQuirks(Samplers.Sampler sampler) =>
        sampler is Samplers.Ddim ddim ? ddim with { AsDiffusers = false } : sampler;

    private static long[] Shape(JsonElement row) => row.TryGetProperty("sample_shape", out var shape)
        ? [.. shape.EnumerateArray().Select(v => v.GetInt64())]
        : [4, 3, 8, 8];

    private static void Result(Comparison comparison, string name, Tensor ours, JsonElement row)
    {
        var tolerance = row.GetProperty("tolerance");
        Check("sum", ours.abs().to(ScalarType.Float64).sum().item<double>());
        Check("mean", ours.abs().to(ScalarType.Float64).mean().item<double>());

        void Check(string what, double value)
        {
            if (row.TryGetProperty($"expected_{what}", out var expected) && expected.ValueKind == JsonValueKind.Number
                && tolerance.TryGetProperty(what, out var allowed) && Allowed(allowed, expected.GetDouble()) is { } number)
            {
                comparison.Number($"{name} {what}".Trim(), value, expected.GetDouble(), number);
            }
        }
    }

    /// <summary>A tolerance that is a number, or numpy's "isclose" with its settings in words, which are always the same.</summary>
    private static double? Allowed(JsonElement tolerance, double expected) => tolerance.ValueKind switch
    {
        JsonValueKind.Number => tolerance.GetDouble(),
        JsonValueKind.String when tolerance.GetString()!.Contains("isclose", StringComparison.Ordinal) => 1e-5 * Math.Abs(expected) + 1e-8,
        _ => null,
    };
}
