using System.Globalization;
using Brownian.Networks.UNet;
using Brownian.Objectives;
using Brownian.Parameterizations;
using Brownian.Paths;
using Brownian.Samplers;
using Brownian.Spacing;
using Brownian.Tasks;
using Brownian.Training;
using static TorchSharp.torch;

namespace Brownian.Benchmarks.Sections;

/// <summary>
/// Resident memory over 2,000 sampling steps and 2,000 training steps: at the end within 2 % of step 200. A small network, because what is
/// left behind is counted by calls and not by their size.
/// </summary>
internal static class MemorySection
{
    private const int Steps = 2000;
    private const int StepsOfRun = 100;
    private const int Reference = 200;
    private const int Batch = 8;
    private const int Side = 16;

    public static void Run(Bench bench)
    {
        var shape = (UNet2DConfig)Presets.Load("tiny").Network;
        using var network = new UNet2D(shape with { SampleSize = Side, InChannels = 1, OutChannels = 1, BlockOutChannels = [32, 32] });
        var model = new DiffusionModel(network, DiscretePath.Cosine(), new PredictV());

        // First, while nothing else has left its memory behind.
        Sample(bench, model);
        Train(bench, model);
    }

    private static void Sample(Bench bench, DiffusionModel model)
    {
        var request = new GenerateRequest
        {
            Shape = [1, Side, Side],
            Count = Batch * Steps / StepsOfRun,
            BatchSize = Batch,
            Sampler = SamplerCatalog.Find("ddim"),
            Spacing = SpacingCatalog.Find("trailing"),
            Steps = StepsOfRun,
        };
        var sizes = new List<long>(Steps);
        foreach (var batch in Generate.Batches(model, request, _ => sizes.Add(Environment.WorkingSet)))
        {
            batch.Dispose();
        }

        Add(bench, "2,000 sampling steps", sizes);
    }

    private static void Train(Bench bench, DiffusionModel model)
    {
        using var random = new RandomStream(1);
        using var images = random.Uniform(Batch, 1, Side, Side).DetachFromDisposeScope();
        using var trainer = new Trainer(
            model, new DenoisingObjective(new UniformStep(), new UniformWeight()), new Same(images),
            new() { ComputeType = ScalarType.BFloat16, Optimizer = new() { Schedule = LearningRateSchedule.Constant } });
        var sizes = new List<long>(Steps);
        foreach (var _ in trainer.Run().Take(Steps))
        {
            sizes.Add(Environment.WorkingSet);
        }

        Add(bench, "2,000 training steps", sizes);
    }

    private static void Add(Bench bench, string name, List<long> sizes)
    {
        var (early, late, most) = (sizes[Reference - 1], sizes[^1], sizes.Skip(Reference).Max());
        double Growth(long size) => (size - early) / (double)early;
        bench.Add(new("memory", name, Note: string.Create(
            CultureInfo.InvariantCulture,
            $"{early / 1048576.0:0.0} MiB at step {Reference}, {late / 1048576.0:0.0} MiB at the end: {Growth(late):+0.0 %;-0.0 %}, {(Growth(late) <= 0.02 ? "flat" : "GROWS")}; "
            + $"at most {Growth(most):+0.0 %;-0.0 %} between")));
    }

    private sealed class Same(Tensor images) : IBatchSource
    {
        public TrainingBatch At(long position) => new(images.alias());
    }
}
