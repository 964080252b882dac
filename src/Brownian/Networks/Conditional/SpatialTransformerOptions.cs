namespace Brownian.Networks.Conditional;

/// <summary>The options of a <see cref="SpatialTransformer"/>.</summary>
internal sealed record SpatialTransformerOptions
{
    /// <summary>C, the channels of the image.</summary>
    public required long Channels { get; init; }

    /// <summary>Attention heads.</summary>
    public required long Heads { get; init; }

    /// <summary>Channels of the condition's tokens.</summary>
    public required long ContextChannels { get; init; }

    /// <summary>Groups of the norm before.</summary>
    public required long Groups { get; init; }

    /// <summary>Transformer blocks.</summary>
    public int Depth { get; init; } = 1;

    /// <summary>Whether it begins and ends with linear layers rather than 1×1 convolutions.</summary>
    public bool IsLinear { get; init; }

    /// <summary>Whether both attentions look at the condition.</summary>
    public bool OnlyCross { get; init; }

    /// <summary>Whether the arithmetic of the scores is float32 on every device.</summary>
    public bool Upcast { get; init; }
}
