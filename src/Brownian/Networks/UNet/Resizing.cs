namespace Brownian.Networks.UNet;

/// <summary>How a level changes the resolution at its end.</summary>
internal enum Resizing
{
    /// <summary>A convolution.</summary>
    Convolution,

    /// <summary>A residual block with resampling inside.</summary>
    ResBlock,

    /// <summary>The mean of 2×2 pixels, or their repetition.</summary>
    Plain,
}

/// <summary>Names of <see cref="Resizing"/> in configurations.</summary>
internal static class ResizingNames
{
    /// <summary>What stands for a convolution in this network.</summary>
    public static Resizing Convolution(UNet2DConfig config) => config.PlainResampling ? Resizing.Plain : Resizing.Convolution;

    public static Resizing Parse(string? name, string field, UNet2DConfig config) => name switch
    {
        null or "conv" => Convolution(config),
        "resnet" => Resizing.ResBlock,
        _ => throw new ArgumentException($"{field}: expected conv or resnet; got \"{name}\"."),
    };
}
