namespace Brownian.Networks.Blocks;

/// <summary>The options of an <see cref="Attention"/>.</summary>
public sealed record AttentionOptions
{
    /// <summary>C, the channels of the image.</summary>
    public required long Channels { get; init; }

    /// <summary>Channels of one head; Channels / HeadChannels heads.</summary>
    public required long HeadChannels { get; init; }

    /// <summary>Groups of the norm before; null for none.</summary>
    public long? Groups { get; init; }

    /// <summary>Channels of the latent image that a norm before it sees (MoVQ); null for no such norm.</summary>
    public long? LatentChannels { get; init; }

    /// <summary>ε of the norm.</summary>
    public double Epsilon { get; init; } = 1e-5;

    /// <summary>What the sum of branch and shortcut is divided by.</summary>
    public double OutputScale { get; init; } = 1;
}
