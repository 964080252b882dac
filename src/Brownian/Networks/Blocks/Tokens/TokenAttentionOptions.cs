namespace Brownian.Networks.Blocks;

/// <summary>The options of a <see cref="TokenAttention"/>.</summary>
internal sealed record TokenAttentionOptions
{
    /// <summary>C, the channels of the tokens that ask.</summary>
    public required long Channels { get; init; }

    /// <summary>Attention heads.</summary>
    public required long Heads { get; init; }

    /// <summary>Channels of one head.</summary>
    public required long HeadChannels { get; init; }

    /// <summary>Channels of the tokens that are asked, where these are others; null for self-attention.</summary>
    public long? ContextChannels { get; init; }

    /// <summary>Whether queries, keys and values have an offset.</summary>
    public bool HasBias { get; init; }

    /// <summary>Whether the arithmetic of the scores is float32 on every device.</summary>
    public bool Upcast { get; init; }

    /// <summary>null, "layer_norm" or "group_norm": what is done to the tokens that are asked.</summary>
    public string? ContextNorm { get; init; }
}
