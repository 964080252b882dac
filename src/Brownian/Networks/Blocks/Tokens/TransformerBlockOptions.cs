namespace Brownian.Networks.Blocks;

/// <summary>The options of a <see cref="TransformerBlock"/>.</summary>
internal sealed record TransformerBlockOptions
{
    /// <summary>C, the channels of the tokens.</summary>
    public required long Channels { get; init; }

    /// <summary>Attention heads.</summary>
    public required long Heads { get; init; }

    /// <summary>Channels of one head.</summary>
    public required long HeadChannels { get; init; }

    /// <summary>Channels of the condition's tokens; null for a block that does not look at them.</summary>
    public long? ContextChannels { get; init; }

    /// <summary>Of the feed-forward layers; see <see cref="FeedForward"/>.</summary>
    public string Activation { get; init; } = "geglu";

    /// <summary>Whether queries, keys and values have an offset.</summary>
    public bool HasBias { get; init; }

    /// <summary>Whether the first attention, too, looks at the condition.</summary>
    public bool OnlyCross { get; init; }

    /// <summary>Whether the arithmetic of the scores is float32 on every device.</summary>
    public bool Upcast { get; init; }
}
