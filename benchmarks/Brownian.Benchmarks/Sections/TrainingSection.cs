using Brownian.Benchmarks.Baseline;
using Brownian.Networks.UNet;
using Brownian.Objectives;
using Brownian.Parameterizations;
using Brownian.Paths;
using Brownian.Runtime.Benchmarking;
using Brownian.Training;
using static TorchSharp.torch;

namespace Brownian.Benchmarks.Sections;

/// <summary>One training step of the DDPM network with clipping, AdamW and averaging.</summary>
internal static class TrainingSection
{
    public static void Run(Bench bench)
    {
        var flops = 3 * Workload.Flops(Workload.Ddpm);
        foreach (var batch in (int[])[8, 32])
        {
            Compare(bench, "training", $"DDPM, batch {batch}", Workload.Ddpm, batch, flops * batch, batch > 8 ? Math.Min(7, bench.Rounds) : bench.Rounds);
        }

        Overhead(bench);
    }

    /// <summary>The plain formulation and ours in float32 and bfloat16.</summary>
    public static void Compare(Bench bench, string section, string name, UNet2DConfig config, int batch, double flops, int rounds)
    {
        using var scope = NewDisposeScope();
        using var random = new RandomStream(4);
        var size = config.SampleSize!.Value;
        var images = random.Uniform(batch, config.InChannels, size.Height, size.Width) * 2 - 1;
        var condition = config.NumClassEmbeds is { } classes
            ? new Condition { Labels = (random.Uniform(batch) * classes).floor().to(ScalarType.Int64) }
            : null;
        using var plainNetwork = new PlainUNet(config);
        using var plain = new PlainTraining(plainNetwork, images, condition);
        using var exact = new Ours(config, images, condition, ScalarType.Float32);
        using var rough = new Ours(config, images, condition, ScalarType.BFloat16);
        bench.Compare(
            section,
            [
                ($"{name}, plain TorchSharp", ScalarType.Float32, plain.Step),
                ($"{name}, float32", ScalarType.Float32, exact.Step),
                ($"{name}, bfloat16", ScalarType.BFloat16, rough.Step),
            ],
            flops,
            rounds);
    }

    // Clipping, AdamW, averaging and clearing, apart: their share of the batch-8 step above.
    private static void Overhead(Bench bench)
    {
        using var scope = NewDisposeScope();
        using var network = new UNet2D(Workload.Ddpm);
        using var parameters = new FlatParameters(network);
        using var optimizer = new AdamW(parameters, new());
        using var ema = new Ema(parameters);
        var gradients = parameters.Parameters.Select(p => ones_like(p) * 1e-3).ToArray();
        var number = 0L;
        var timing = Interleaved.Run([("overhead", () =>
        {
            for (var i = 0; i < gradients.Length; i++)
            {
                parameters.Parameters[i].grad = gradients[i];
            }

            var norm = optimizer.GradientNorm();
            optimizer.Step(++number, 1e-4, norm, ema, 0.999);
            optimizer.ClearGradients();
        })], bench.Rounds * 2)[0];
        var step = bench.Rows.Last(r => r.Section == "training" && r.Name.Contains("batch 8, bfloat16", StringComparison.Ordinal)).Milliseconds!.Value;
        bench.Add(new("training", "clip + AdamW + average + clear", timing.Median * 1e3, timing.Best * 1e3,
            Note: $"{timing.Median * 1e3 / step:0.0 %} of the bfloat16 step at batch 8"));
    }

    private sealed class Ours : IDisposable, IBatchSource
    {
        private readonly Tensor images;
        private readonly Condition? condition;
        private readonly UNet2D network;
        private readonly Trainer trainer;
        private readonly IEnumerator<TrainingStep> steps;

        public Ours(UNet2DConfig config, Tensor images, Condition? condition, ScalarType type)
        {
            (this.images, this.condition) = (images, condition);
            network = new UNet2D(config);
            var model = new DiffusionModel(network, DiscretePath.Linear(), new PredictEpsilon());
            var options = new TrainerOptions { ComputeType = type, Optimizer = new() { Schedule = LearningRateSchedule.Constant } };
            trainer = new Trainer(model, new DenoisingObjective(new UniformStep(), new UniformWeight()), this, options);
            steps = trainer.Run().GetEnumerator();
        }

        public TrainingBatch At(long position) => new(images.alias(), condition is null ? null : condition with { Labels = condition.Labels!.alias() });

        public void Step() => steps.MoveNext();

        public void Dispose()
        {
            steps.Dispose();
            trainer.Dispose();
            network.Dispose();
        }
    }
}
