using Brownian.Networks.UNet;
using Brownian.Objectives;
using Brownian.Parameterizations;
using Brownian.Paths;
using Brownian.Runtime.Benchmarking;
using Brownian.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Cli.Bench;

/// <summary>What the benchmark runs: the machine's own peak, and the DDPM network for CIFAR-10 (35.7 M parameters).</summary>
internal static class Workloads
{
    private static readonly UNet2DConfig Ddpm = new()
    {
        SampleSize = 32,
        BlockOutChannels = [128, 256, 256, 256],
        DownBlockTypes = ["DownBlock2D", "AttnDownBlock2D", "DownBlock2D", "DownBlock2D"],
        UpBlockTypes = ["UpBlock2D", "UpBlock2D", "AttnUpBlock2D", "UpBlock2D"],
        LayersPerBlock = 2,
        AttentionHeadDim = null,
        NormEps = 1e-6,
        FlipSinToCos = false,
        FreqShift = 1,
        DownsamplePadding = 0,
    };

    /// <summary>What libtorch reaches in its own best cases.</summary>
    public static IReadOnlyList<Measurement> Peak(ScalarType type, TimeSpan budget, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        var peak = MachinePeak.Measure(type, budget, cancellation);
        return [new("matrix product 2048", Name(type), null, peak.MatrixProduct), new("convolution 3×3", Name(type), null, peak.Convolution)];
    }

    /// <summary>One forward pass.</summary>
    public static Measurement Forward(ScalarType type, int batch, TimeSpan budget, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        using var network = new UNet2D(Ddpm) { ComputeType = type };
        network.eval();
        using var random = new RandomStream(3);
        var (x, times) = (random.Uniform(batch, 3, 32, 32), ones(batch));
        var time = Median(() => network.call(x, times, null).Dispose(), budget, cancellation);
        return Line($"UNet forward, batch {batch}", type, time, Flops(network, batch));
    }

    /// <summary>One training step with clipping, AdamW and the averaged weights.</summary>
    public static Measurement TrainingStep(ScalarType type, int batch, TimeSpan budget, CancellationToken cancellation)
    {
        using var network = new UNet2D(Ddpm);
        var model = new DiffusionModel(network, DiscretePath.Linear(), new PredictEpsilon());
        using var images = new RandomStream(4).Uniform(batch, 3, 32, 32);
        var options = new TrainerOptions { ComputeType = type, Optimizer = new() { Schedule = LearningRateSchedule.Constant } };
        using var trainer = new Trainer(model, new DenoisingObjective(new UniformStep(), new UniformWeight()), new Same(images), options);
        using var steps = trainer.Run(cancellation).GetEnumerator();
        var time = Median(() => steps.MoveNext(), budget, cancellation);
        return Line($"UNet training step, batch {batch}", type, time, 3 * Flops(network, batch));
    }

    // Of a forward pass; a training step does three times that.
    private static double Flops(UNet2D network, int batch) => network.CountFlops(Ddpm.SampleSize!.Value, batch);

    private static double Median(Action work, TimeSpan budget, CancellationToken cancellation) =>
        Interleaved.Run([("", work)], int.MaxValue, budget, cancellation)[0].Median;

    private static Measurement Line(string name, ScalarType type, double seconds, double flops) =>
        new(name, Name(type), seconds * 1e3, flops / seconds / 1e9);

    private static string Name(ScalarType type) => type.ToString().ToLowerInvariant();

    private sealed class Same(Tensor images) : IBatchSource
    {
        public TrainingBatch At(long position) => new(images.alias());
    }
}
