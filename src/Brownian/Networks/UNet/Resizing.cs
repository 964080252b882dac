namespace Brownian.Networks.UNet;

/// <summary>How a level changes the resolution at its end.</summary>
internal enum Resizing
{
    /// <summary>A convolution.</summary>
    Convolution,

    /// <summary>A residual block with resampling inside.</summary>
    ResBlock,
}

/// <summary>Names of <see cref="Resizing"/> in configurations.</summary>
internal static class ResizingNames
{
    public static Resizing Parse(string? name, string field) => name switch
    {
        null or "conv" => Resizing.Convolution,
        "resnet" => Resizing.ResBlock,
        _ => throw new ArgumentException($"{field}: expected conv or resnet; got \"{name}\"."),
    };
}
