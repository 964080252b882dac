using System.Text.Json;
using Brownian.Checkpoints;
using Brownian.Guidance;
using Brownian.Samplers;
using Brownian.Spacing;
using static TorchSharp.torch;

namespace Brownian.Verification;

/// <summary>Loops that are not like the others: with a known image, with a corrector, with a variance.</summary>
internal static class SchedulerSections
{
    public static SchedulerCase UnClip(JsonElement row) => SchedulerCase.Of(
        "UnCLIPScheduler", $"N={row.GetProperty("N")} {SchedulerCase.Brief(row)}", row, "learned variance", CompareUnClip);

    public static SchedulerCase RePaint(JsonElement row) => SchedulerCase.Of(
        "RePaintScheduler", $"N={row.GetProperty("N")} {SchedulerCase.Brief(row)}", row, "loop", CompareRePaint);

    public static SchedulerCase ScoreSde(JsonElement row) => SchedulerCase.Of(
        "ScoreSdeVeScheduler", $"N={row.GetProperty("N")} {SchedulerCase.Brief(row)}", row, "loop", CompareScoreSde);

    /// <summary>UnCLIP's loop where each step is told the same previous time, or none: then it goes down one step of the table, whatever comes next.</summary>
    public static Tensor UnClipLoop(SchedulerLoop loop, Tensor x, NoiseSchedule schedule, int? previous)
    {
        using var drawn = new SeededNoise(0);
        using var none = new NoNoise();
        foreach (var level in schedule.SkipLast(1))
        {
            var end = schedule.Path.At(previous ?? level.Time - 1);
            x = loop.Run(x, new NoiseSchedule(schedule.Path, level, end), level.Time > 0 ? drawn : none, 0, 1);
        }

        return x;
    }

    /// <summary>
    /// The loop of diffusers' own test of score SDE. It calls set_sigmas before set_timesteps, so that its network is told the first σ of the list of all training
    /// steps, and not those of the steps it makes.
    /// </summary>
    public static Tensor ScoreSdeTest(DiffusersScheduler scheduler, Tensor x, int steps)
    {
        var spacing = (Linspace)scheduler.Spacing with { End = FinalLevel.Cleanest };
        var schedule = spacing.Levels(scheduler.Path, steps);
        var told = spacing.Levels(scheduler.Path, scheduler.Config["num_train_timesteps"]!.GetValue<int>());
        using var noise = new SeededNoise(0);
        return scheduler.Sampler.Run(new Mistold(scheduler, schedule, told), x, schedule, noise);
    }

    private static DiffusersScheduler Read(string name, JsonElement row) =>
        DiffusersScheduler.Read(name, SchedulerCase.Config(row), asDiffusers: true);

    private static int Steps(JsonElement row) => row.GetProperty("N").GetInt32();

    private static void CompareUnClip(Comparison comparison, JsonElement row)
    {
        var scheduler = Read("UnCLIPScheduler", row);
        var schedule = scheduler.Spacing.Levels(scheduler.Path, Steps(row));
        var loop = new SchedulerLoop(scheduler, SchedulerFunction.WaveWithVariance);
        SchedulerData.Statistics(comparison, "", loop.Run(SchedulerData.Sample(4, 3, 8, 8), schedule), row);
    }

    private static void CompareRePaint(Comparison comparison, JsonElement row)
    {
        var scheduler = Read("RePaintScheduler", row);
        int Number(string name, int otherwise) => row.TryGetProperty(name, out var value) ? value.GetInt32() : otherwise;
        var jumps = new Jumps(new Leading(), Number("jump_length", 10), Number("jump_n_sample", 10));
        var schedule = jumps.Levels(scheduler.Path, Math.Min(Steps(row), SchedulerScalars.Table(scheduler).Count));
        if (row.TryGetProperty("timesteps", out _))
        {
            SchedulerTimes.Compare(comparison, RePaintTimes(schedule), SchedulerCase.Numbers(row, "timesteps"));
        }

        using var noise = new SeededNoise(0);
        var data = SchedulerData.Sample(4, 3, 8, 8);
        var known = new KnownPixels(2 * data - 1, (data > 0.5).to(ScalarType.Float32));
        var model = new DiffusionModel(new SchedulerNetwork(SchedulerFunction.Wave), scheduler.Path, scheduler.Parameterization).Bind();
        IDenoiser denoiser = scheduler.Thresholding is { } rule ? new Thresholded(model, rule) : model;
        var sampler = (Samplers.RePaint)scheduler.Sampler with { Known = known };
        SchedulerData.Statistics(comparison, "", sampler.Run(denoiser, noise.NormalLike(data), schedule, noise), row);
    }

    /// <summary>The times that diffusers lists: where a step down begins, and one stride above where a step up ends.</summary>
    private static double[] RePaintTimes(NoiseSchedule schedule)
    {
        var stride = schedule[0].Time - schedule[1].Time;
        return [.. schedule.Zip(schedule.Skip(1), (from, to) => to.Sigma < from.Sigma ? from.Time : to.Time + stride)];
    }

    private static void CompareScoreSde(Comparison comparison, JsonElement row)
    {
        var scheduler = Read("ScoreSdeVeScheduler", row);
        foreach (var (field, end) in new[] { ("final_mean", FinalLevel.Clean), ("final", FinalLevel.Cleanest) })
        {
            using var noise = new SeededNoise(0);
            var schedule = ((Linspace)scheduler.Spacing with { End = end }).Levels(scheduler.Path, Steps(row));
            var x = noise.NormalLike(zeros(4, 3, 8, 8)) * scheduler.InitNoiseSigma(schedule);
            SchedulerData.Statistics(comparison, field, scheduler.Sampler.Run(new Gaussian(), x, schedule, noise), row.GetProperty(field));
        }
    }

    /// <summary>A network that is told the levels of another schedule.</summary>
    private sealed class Mistold(DiffusersScheduler scheduler, NoiseSchedule schedule, NoiseSchedule told) : IDenoiser
    {
        private readonly SchedulerNetwork network = new(SchedulerFunction.Decay);

        public Denoised Denoise(Tensor xt, NoiseLevel at)
        {
            var label = scheduler.Parameterization.Label(NoiseLevels.Of(told[schedule.StepFrom(at)], xt));
            return scheduler.Parameterization.Read(network.call(xt, label.reshape(1), null), xt, NoiseLevels.Of(at, xt));
        }
    }

    /// <summary>The exact score of data N(0.3, 0.25).</summary>
    private sealed class Gaussian : IDenoiser
    {
        public Denoised Denoise(Tensor xt, NoiseLevel at) =>
            Denoised.FromEpsilon((xt - 0.3) * (at.Sigma / (0.25 + at.Sigma * at.Sigma)), xt, NoiseLevels.Of(at, xt));
    }
}
