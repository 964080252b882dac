using Brownian.Checkpoints;
using Brownian.Networks.UNet;
using Brownian.Parameterizations;
using Brownian.Paths;

namespace Brownian.Tests.Checkpoints;

/// <summary>A model of a few thousand parameters with classes, made in memory.</summary>
internal static class SmallBundle
{
    public static ModelBundle Make(GaussianPath? path = null, Parameterization? parameterization = null, ulong seed = 1) =>
        new(new DiffusionModel(new UNet2D(Config, seed), path ?? new DiscretePath(), parameterization ?? new PredictEpsilon()), new(1, 8, 12))
        {
            ClassCount = 3,
            ClassNames = ["cat", "dog", "α-bird"],
            NullLabel = 3,
            Sampling = new("ddim", "trailing", 7, 2.5, null),
            Provenance = new() { Program = "brownian test", Data = "builtin:strokes", Step = 42, Images = 5376, Seed = ulong.MaxValue, Weights = "ema", Config = "steps: 42\n" },
        };

    private static UNet2DConfig Config => new()
    {
        InChannels = 1,
        OutChannels = 1,
        BlockOutChannels = [8, 8],
        DownBlockTypes = ["DownBlock2D", "AttnDownBlock2D"],
        UpBlockTypes = ["AttnUpBlock2D", "UpBlock2D"],
        LayersPerBlock = 1,
        NormNumGroups = 4,
        NumClassEmbeds = 4,
    };
}
