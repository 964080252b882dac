namespace Brownian.Networks.Conditional;

/// <summary>The options of an <see cref="AddedAttention"/>.</summary>
internal sealed record AddedAttentionOptions
{
    /// <summary>C, the channels of the image.</summary>
    public required long Channels { get; init; }

    /// <summary>Channels of one head.</summary>
    public required long HeadChannels { get; init; }

    /// <summary>Channels of the condition's tokens.</summary>
    public required long ContextChannels { get; init; }

    /// <summary>Groups of the norm before.</summary>
    public required long Groups { get; init; }

    /// <summary>Whether pixels do not attend to each other.</summary>
    public bool OnlyCross { get; init; }

    /// <summary>null, "layer_norm" or "group_norm": what is done to the tokens first.</summary>
    public string? ContextNorm { get; init; }

    /// <summary>As many heads as the channels allow.</summary>
    public long Heads => HeadChannels < 1 ? 0 : Channels / HeadChannels;
}
