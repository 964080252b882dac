using Brownian.Networks.UNet;

namespace Brownian.Benchmarks;

/// <summary>The networks that are measured.</summary>
internal static class Workload
{
    /// <summary>DDPM's network for CIFAR-10 (Ho et al. 2020): 35.7 M parameters.</summary>
    public static UNet2DConfig Ddpm { get; } = new()
    {
        SampleSize = 32,
        BlockOutChannels = [128, 256, 256, 256],
        DownBlockTypes = ["DownBlock2D", "AttnDownBlock2D", "DownBlock2D", "DownBlock2D"],
        UpBlockTypes = ["UpBlock2D", "UpBlock2D", "AttnUpBlock2D", "UpBlock2D"],
        LayersPerBlock = 2,
        AttentionHeadDim = null,
        NormEps = 1e-6,
    };

    /// <summary>GFLOP of one image's forward pass.</summary>
    public static double Flops(UNet2DConfig config)
    {
        using var network = new UNet2D(config);
        return network.CountFlops(config.SampleSize!.Value);
    }
}
