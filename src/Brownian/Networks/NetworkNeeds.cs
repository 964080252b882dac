namespace Brownian.Networks;

/// <summary>What data and training ask of a network, whichever it is.</summary>
/// <param name="Channels">C of the images.</param>
/// <param name="Height">H, in pixels.</param>
/// <param name="Width">W, in pixels.</param>
public sealed record NetworkNeeds(int Channels, int Height, int Width)
{
    /// <summary>Number of labels: the classes, and one more when it is trained for guidance, the last meaning "any"; null for no labels.</summary>
    public int? Labels { get; init; }

    /// <summary>Whether the variance is learned, so that there are twice as many channels out as in.</summary>
    public bool LearnedVariance { get; init; }

    /// <summary>Number of noise levels; null for a continuous path.</summary>
    public int? Levels { get; init; }

    /// <summary>Channels of the output: C, or 2C with a learned variance.</summary>
    public int OutChannels => LearnedVariance ? 2 * Channels : Channels;
}
