using Brownian.Benchmarks.Baseline;
using Brownian.Networks.UNet;
using static TorchSharp.torch;

namespace Brownian.Benchmarks.Sections;

/// <summary>One forward pass of the DDPM network.</summary>
internal static class ForwardSection
{
    public static void Run(Bench bench)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using var random = new RandomStream(3);
        var flops = Workload.Flops(Workload.Ddpm);
        var plain = new PlainUNet(Workload.Ddpm);
        plain.eval();
        var (exact, rough) = (Network(ScalarType.Float32), Network(ScalarType.BFloat16));
        foreach (var batch in (int[])[1, 8, 32])
        {
            var (x, t) = (random.NormalLike(empty(batch, 3, 32, 32)), ones(batch) * 500);
            bench.Compare(
                "forward",
                [
                    ($"DDPM, batch {batch}, plain TorchSharp", ScalarType.Float32, () => plain.call(x, t, null).Dispose()),
                    ($"DDPM, batch {batch}, float32", ScalarType.Float32, () => exact.call(x, t, null).Dispose()),
                    ($"DDPM, batch {batch}, bfloat16", ScalarType.BFloat16, () => rough.call(x, t, null).Dispose()),
                ],
                flops * batch,
                batch == 1 ? bench.Rounds * 3 : bench.Rounds);
        }
    }

    private static UNet2D Network(ScalarType type)
    {
        var network = new UNet2D(Workload.Ddpm) { ComputeType = type };
        network.eval();
        return network;
    }
}
