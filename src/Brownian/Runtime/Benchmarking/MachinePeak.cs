using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Runtime.Benchmarking;

/// <summary>What this machine reaches in libtorch's own best cases: the yardstick of all other numbers.</summary>
/// <param name="Type">The type of the numbers.</param>
/// <param name="MatrixProduct">GFLOP/s of a product of square matrices of side 2048.</param>
/// <param name="Convolution">GFLOP/s of the better of two 3×3 convolutions, channels-last, 8 images of 32×32: 128 and 256 channels.</param>
public sealed record MachinePeak(ScalarType Type, double MatrixProduct, double Convolution)
{
    private const int Side = 2048;
    private const int Images = 8;
    private const int Pixels = 32;

    /// <summary>The better of the two.</summary>
    public double Best => Math.Max(MatrixProduct, Convolution);

    /// <summary>Work that <see cref="From"/> understands, to be timed among other work.</summary>
    public static IReadOnlyList<(string Name, Action Work)> Works(ScalarType type)
    {
        using var random = new RandomStream(1);
        var a = random.Uniform(Side, Side).to(type).DetachFromDisposeScope();
        var b = random.Uniform(Side, Side).to(type).DetachFromDisposeScope();
        return [(Name("product", type), () => a.matmul(b).Dispose()), Convolve(random, type, 128), Convolve(random, type, 256)];
    }

    /// <summary>The peak from timings of <see cref="Works"/>; the shortest times count.</summary>
    public static MachinePeak From(IReadOnlyList<Timing> timings, ScalarType type)
    {
        double Rate(string work, double flops) => flops / timings.Single(t => t.Name == Name(work, type)).Best / 1e9;
        return new(type, Rate("product", 2.0 * Side * Side * Side), Math.Max(Rate("convolution 128", Flops(128)), Rate("convolution 256", Flops(256))));
    }

    /// <summary>Measures now, for about this long.</summary>
    public static MachinePeak Measure(ScalarType type, TimeSpan budget, CancellationToken cancellation = default) =>
        From(Interleaved.Run(Works(type), rounds: 200, budget, cancellation), type);

    private static (string Name, Action Work) Convolve(RandomStream random, ScalarType type, int channels)
    {
        var x = random.Uniform(Images, Pixels, Pixels, channels).to(type).permute(0, 3, 1, 2).DetachFromDisposeScope();
        var weight = random.Uniform(channels, 3, 3, channels).to(type).permute(0, 3, 1, 2).DetachFromDisposeScope();
        return (Name($"convolution {channels}", type), () => nn.functional.conv2d(x, weight, padding: [1, 1]).Dispose());
    }

    private static string Name(string work, ScalarType type) => $"peak {work} {type}";

    private static double Flops(int channels) => 2.0 * Images * Pixels * Pixels * channels * channels * 9;
}
