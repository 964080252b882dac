using Brownian.Checkpoints;
using Brownian.Networks.UNet;
using Brownian.Parameterizations;
using Brownian.Paths;
using static TorchSharp.torch;

namespace Brownian.Cli.Tests;

/// <summary>A class-conditional model of a few thousand parameters with random weights, saved as a diffusers folder.</summary>
internal static class SmallModel
{
    public static string Save(string folder, ulong seed = 1) => Save(folder, DiscretePath.Cosine(), new PredictV(), seed);

    /// <summary>The same network on another path.</summary>
    public static string Save(string folder, GaussianPath path, Parameterization output, ulong seed = 1)
    {
        var config = new UNet2DConfig
        {
            SampleSize = 8,
            InChannels = 1,
            OutChannels = 1,
            BlockOutChannels = [8, 16],
            DownBlockTypes = ["DownBlock2D", "AttnDownBlock2D"],
            UpBlockTypes = ["AttnUpBlock2D", "UpBlock2D"],
            LayersPerBlock = 1,
            NormNumGroups = 4,
            NumClassEmbeds = 4,
        };
        var network = new UNet2D(config, seed);
        Shake(network, seed);
        using var bundle = new ModelBundle(new DiffusionModel(network, path, output), new ImageShape(1, 8, 8))
        {
            ClassCount = 3,
            ClassNames = ["cat", "dog", "owl"],
            NullLabel = 3,
        };
        DiffusersFolder.Save(folder, bundle, replace: true);
        return folder;
    }

    // A fresh network ends in a convolution of zeros: whatever comes before it would not be seen in its pictures.
    private static void Shake(UNet2D network, ulong seed)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using var random = new RandomStream(seed);
        foreach (var parameter in network.parameters())
        {
            parameter.add_(random.NormalLike(parameter).mul_(0.1));
        }
    }
}
