using System.Globalization;
using Brownian.Networks.UNet;
using Brownian.Objectives;
using Brownian.Parameterizations;
using Brownian.Paths;
using Brownian.Runtime;
using Brownian.Samplers;
using Brownian.Spacing;
using Brownian.Training;
using static TorchSharp.torch;

namespace Brownian.Benchmarks.Sections;

/// <summary>Resident memory over 2,000 training steps and 2,000 sampling steps: at the end within 2 % of step 200.</summary>
internal static class MemorySection
{
    private const int Steps = 2000;
    private const int Reference = 200;

    public static void Run(Bench bench)
    {
        using var network = new UNet2D((UNet2DConfig)Presets.Load("tiny").Network with { SampleSize = 16, InChannels = 1, OutChannels = 1 });
        var model = new DiffusionModel(network, DiscretePath.Cosine(), new PredictV());
        Train(bench, model);
        Sample(bench, model);
    }

    private static void Train(Bench bench, DiffusionModel model)
    {
        using var random = new RandomStream(1);
        using var images = random.Uniform(32, 1, 16, 16).DetachFromDisposeScope();
        using var trainer = new Trainer(
            model, new DenoisingObjective(new UniformStep(), new UniformWeight()), new Same(images),
            new() { ComputeType = ScalarType.BFloat16, Optimizer = new() { Schedule = LearningRateSchedule.Constant } });
        var sizes = new List<long>();
        foreach (var _ in trainer.Run().Take(Steps))
        {
            sizes.Add(Environment.WorkingSet);
        }

        Add(bench, "2,000 training steps", sizes);
    }

    private static void Sample(Bench bench, DiffusionModel model)
    {
        using var scope = NewDisposeScope();
        using var noise = new SeededNoise(2);
        model.Network.eval();
        var x = noise.NormalLike(empty(16, 1, 16, 16));
        var (sampler, schedule) = (SamplerCatalog.Find("ddim"), SpacingCatalog.Find("trailing").Levels(model.Path, 100));
        var sizes = new List<long>();
        for (var run = 0; run < Steps / 100; run++)
        {
            sampler.Run(model.Bind(), x, schedule, noise, (_, _, _) => sizes.Add(Environment.WorkingSet)).Dispose();
            NativeTuning.TrimHeap();
        }

        Add(bench, "2,000 sampling steps", sizes);
    }

    private static void Add(Bench bench, string name, List<long> sizes)
    {
        var (early, late) = (sizes[Reference - 1], sizes[^1]);
        var growth = (late - early) / (double)early;
        bench.Add(new("memory", name, Note: string.Create(
            CultureInfo.InvariantCulture,
            $"{early / 1048576.0:0} MiB at step {Reference}, {late / 1048576.0:0} MiB at the end: {growth:+0.0 %;-0.0 %}, {(growth <= 0.02 ? "flat" : "GROWS")}")));
    }

    private sealed class Same(Tensor images) : IBatchSource
    {
        public TrainingBatch At(long position) => new(images.alias());
    }
}
