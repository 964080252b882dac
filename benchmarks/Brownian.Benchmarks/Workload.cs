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

    /// <summary>The network of Stable Diffusion 1.5 (Rombach et al. 2022), as its <c>config.json</c>: 859.5 M parameters.</summary>
    public const string StableDiffusion = """{"_class_name":"UNet2DConditionModel","cross_attention_dim":768,"attention_head_dim":8,"sample_size":64}""";

    /// <summary>GFLOP of one image's forward pass.</summary>
    public static double Flops(UNet2DConfig config)
    {
        using var network = new UNet2D(config);
        return network.CountFlops(config.SampleSize!.Value);
    }
}
