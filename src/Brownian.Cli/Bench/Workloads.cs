using Brownian.Networks.UNet;
using Brownian.Objectives;
using Brownian.Parameterizations;
using Brownian.Paths;
using Brownian.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Cli.Bench;

/// <summary>What the benchmark runs: the machine's own peak, and the DDPM network for CIFAR-10 (35.7 M parameters).</summary>
internal static class Workloads
{
    // Multiplications and additions of one image's forward pass, counted twice each; a training step does three times that.
    private const double ForwardFlops = 99.55e9 / 8;

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

    /// <summary>A product of square matrices of side 2048.</summary>
    public static Measurement MatrixProduct(ScalarType type, double seconds, CancellationToken cancellation)
    {
        const int Side = 2048;
        using var scope = NewDisposeScope();
        using var random = new RandomStream(1);
        var (a, b) = (random.Uniform(Side, Side).to(type), random.Uniform(Side, Side).to(type));
        var time = Timing.Median(() => a.matmul(b).Dispose(), seconds, cancellation);
        return Line("matrix product 2048", type, time, 2.0 * Side * Side * Side);
    }

    /// <summary>The convolution that networks spend their time in: 3×3, 128 to 128 channels, 32×32 pixels, 8 images, channels last.</summary>
    public static Measurement Convolution(ScalarType type, double seconds, CancellationToken cancellation)
    {
        const int Channels = 128, Side = 32, Batch = 8;
        using var scope = NewDisposeScope();
        using var random = new RandomStream(2);
        var x = random.Uniform(Batch, Side, Side, Channels).to(type).permute(0, 3, 1, 2);
        var weight = random.Uniform(Channels, 3, 3, Channels).to(type).permute(0, 3, 1, 2);
        var time = Timing.Median(() => nn.functional.conv2d(x, weight, padding: [1, 1]).Dispose(), seconds, cancellation);
        return Line("convolution 3×3", type, time, 2.0 * Batch * Side * Side * Channels * Channels * 9);
    }

    /// <summary>One forward pass.</summary>
    public static Measurement Forward(ScalarType type, int batch, double seconds, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        using var network = new UNet2D(Ddpm) { ComputeType = type };
        network.eval();
        using var random = new RandomStream(3);
        var (x, times) = (random.Uniform(batch, 3, 32, 32), ones(batch));
        var time = Timing.Median(() => network.call(x, times, null).Dispose(), seconds, cancellation);
        return Line($"UNet forward, batch {batch}", type, time, batch * ForwardFlops);
    }

    /// <summary>One training step with clipping, AdamW and the averaged weights.</summary>
    public static Measurement TrainingStep(ScalarType type, int batch, double seconds, CancellationToken cancellation)
    {
        using var network = new UNet2D(Ddpm);
        var model = new DiffusionModel(network, DiscretePath.Linear(), new PredictEpsilon());
        using var images = new RandomStream(4).Uniform(batch, 3, 32, 32);
        var options = new TrainerOptions { ComputeType = type, Optimizer = new() { Schedule = LearningRateSchedule.Constant } };
        using var trainer = new Trainer(model, new DenoisingObjective(new UniformStep(), new UniformWeight()), new Same(images), options);
        using var steps = trainer.Run(cancellation).GetEnumerator();
        var time = Timing.Median(() => steps.MoveNext(), seconds, cancellation);
        return Line($"UNet training step, batch {batch}", type, time, 3 * batch * ForwardFlops);
    }

    private static Measurement Line(string name, ScalarType type, double seconds, double flops) =>
        new(name, type.ToString().ToLowerInvariant(), seconds * 1e3, flops / seconds / 1e9);

    private sealed class Same(Tensor images) : IBatchSource
    {
        public TrainingBatch At(long position) => new(images.alias());
    }
}
