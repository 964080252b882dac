using System.Diagnostics;
using System.Globalization;
using Brownian.Networks;
using Brownian.Networks.Blocks;
using Brownian.Networks.Conditional;
using Brownian.Networks.Latent;
using Brownian.Runtime.Benchmarking;
using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Benchmarks.Sections;

/// <summary>
/// The networks of Stable Diffusion 1.5 with random weights: a step of the UNet at 512×512, decoding whole and in tiles, and the memory of
/// attention.
/// </summary>
internal static class StableDiffusionSection
{
    private const string Section = "stable-diffusion";
    private const int Factor = 8;
    private const int Tokens = 77;
    private const int TokenWidth = 768;
    private const int Heads = 8;
    private const int HeadWidth = 40;

    public static void Run(Bench bench)
    {
        using var frozen = no_grad();
        Attention(bench);
        Decode(bench);
        Step(bench);
    }

    private static void Step(Bench bench)
    {
        using var scope = NewDisposeScope();
        using var random = new RandomStream(3);
        using var exact = Network(null, random);
        using var rough = Network(null, random);
        using var half = Network(ScalarType.Float16, random);
        Alias(exact, rough);
        rough.ComputeType = ScalarType.BFloat16;
        foreach (var batch in (int[])[1, 2])
        {
            var x = random.NormalLike(empty(batch, 4, 64, 64));
            var (time, condition) = (ones(batch) * 500, new Condition { Tokens = random.NormalLike(empty(batch, Tokens, TokenWidth)) });
            var flops = Count(exact.Compute, () => exact.call(x, time, condition).Dispose());
            (UNet2DCondition Network, string Name, ScalarType Type)[] networks =
            [
                (exact, "float32", ScalarType.Float32), (half, "float32, weights kept in float16", ScalarType.Float32), (rough, "bfloat16", ScalarType.BFloat16),
            ];
            var timings = Interleaved.Run(
                [.. networks.Select(n => ($"UNet step at 512×512, batch {batch}, {n.Name}", (Action)(() => n.Network.call(x, time, condition).Dispose())))],
                bench.Rounds, bench.Budget);
            foreach (var (timing, network) in timings.Zip(networks))
            {
                Add(bench, timing.Name, timing.Median, timing.Best, flops, network.Type, null);
            }
        }
    }

    private static void Decode(Bench bench)
    {
        using var scope = NewDisposeScope();
        using var random = new RandomStream(4);
        using var codec = Filled(
            () => new AutoencoderKL(new()
            {
                BlockOutChannels = [128, 256, 512, 512],
                DownBlockTypes = [.. Enumerable.Repeat("DownEncoderBlock2D", 4)],
                UpBlockTypes = [.. Enumerable.Repeat("UpDecoderBlock2D", 4)],
                LayersPerBlock = 2,
                SampleSize = 512,
            }), null, random);
        codec.ComputeType = ScalarType.BFloat16;
        foreach (var (size, tiles) in ((int, Tiles?)[])[(512, null), (512, new(32)), (1024, null), (1024, codec.UsualTiles)])
        {
            var latents = random.NormalLike(empty(1, 4, size / Factor, size / Factor));
            codec.Tiles = tiles;
            var seconds = 0.0;
            var flops = 0.0;
            var peak = PeakMemory.During(() =>
            {
                var begin = Stopwatch.GetTimestamp();
                flops = Count(codec.Compute, () => codec.Decode(latents).Dispose());
                seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
            });
            var name = $"decoding {size}×{size}, bfloat16, {(tiles is null ? "whole" : $"in tiles of {tiles.Size * Factor}")}";
            Add(bench, name, seconds, seconds, flops, ScalarType.BFloat16, peak is { } bytes ? Text($"{bytes / 1e9:0.00} GB at most beyond the network; once, from cold") : null);
        }
    }

    private static void Attention(Bench bench)
    {
        using var scope = NewDisposeScope();
        using var random = new RandomStream(5);
        var compute = new ComputeSettings();
        foreach (var tokens in (int[])[4096, 16384])
        {
            var x = random.NormalLike(empty(1, tokens, Heads * HeadWidth));
            var timing = Interleaved.Run([("attention", () => MultiHead.Attend(x, x, x, Heads, compute).Dispose())], 3)[0];
            var peak = PeakMemory.During(() => MultiHead.Attend(x, x, x, Heads, compute).Dispose());
            var scores = 4.0 * Heads * tokens * tokens;
            Add(bench, $"attention of {tokens} tokens, 8 heads of 40, float32", timing.Median, timing.Best, 4.0 * tokens * tokens * Heads * HeadWidth, ScalarType.Float32,
                peak is { } bytes ? Text($"{bytes / 1e9:0.00} GB at most; the scores alone would take {scores / 1e9:0.00} GB") : null);
        }
    }

    private static void Add(Bench bench, string name, double median, double best, double flops, ScalarType type, string? note)
    {
        var rate = flops / median / 1e9;
        bench.Add(new(Section, name, median * 1e3, best * 1e3, rate, rate / bench.Peak(type).Convolution, Note: note));
    }

    private static double Count(ComputeSettings compute, Action work)
    {
        compute.CountedFlops = 0;
        work();
        var counted = compute.CountedFlops.Value;
        compute.CountedFlops = null;
        return counted;
    }

    private static UNet2DCondition Network(ScalarType? stored, RandomStream random) =>
        Filled(() => UNet2DConditionConfig.FromJson(Workload.StableDiffusion).Create(), stored, random);

    // Numbers of the usual size: those of overflowing or vanishing activations take other times.
    private static TModule Filled<TModule>(Func<TModule> make, ScalarType? stored, RandomStream random)
        where TModule : nn.Module
    {
        using var loading = new WeightsToCome(stored);
        var network = make();
        network.eval();
        using var scope = NewDisposeScope();
        var numbers = random.Uniform(1 << 25) - 0.5;
        foreach (var weight in network.parameters().Where(weight => weight.dim() > 1))
        {
            var bound = 2 / Math.Sqrt((double)weight.numel() / weight.size(0));
            weight.copy_((numbers.narrow(0, random.NextInt(1 << 16), weight.numel()) * bound).reshape(weight.shape));
        }

        return network;
    }

    // Two networks on the same weights: each keeps what it prepares of them for its type.
    private static void Alias(nn.Module from, nn.Module to)
    {
        foreach (var (source, target) in from.parameters().Zip(to.parameters()))
        {
            target.set_(source);
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
