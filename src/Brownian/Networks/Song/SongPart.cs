namespace Brownian.Networks.Song;

/// <summary>What one part of a <see cref="SongUNet"/> does to the features.</summary>
internal enum SongPartKind
{
    /// <summary>The first convolution.</summary>
    Input,

    /// <summary>A residual block on the way down or in the middle; on the way down its output is kept.</summary>
    Block,

    /// <summary>A residual block that first joins the next kept map.</summary>
    JoinBlock,

    /// <summary>Attention; replaces what was kept last on the way down.</summary>
    Attention,

    /// <summary>Halves the resolution.</summary>
    Halve,

    /// <summary>Doubles the resolution.</summary>
    Double,

    /// <summary>Adds (or joins) the halved image to the features.</summary>
    InputSkip,

    /// <summary>Adds the halved pyramid of features to the features.</summary>
    InputResidual,

    /// <summary>Doubles the image so far and adds what the features say.</summary>
    OutputSkip,

    /// <summary>Starts the pyramid of features on the way up.</summary>
    OutputStart,

    /// <summary>Doubles the pyramid and adds the features.</summary>
    OutputResidual,

    /// <summary>The last norm and convolution.</summary>
    Output,
}

/// <summary>Where a part stands.</summary>
internal enum SongSection
{
    /// <summary>On the way down.</summary>
    Down,

    /// <summary>At the lowest resolution.</summary>
    Middle,

    /// <summary>On the way up.</summary>
    Up,
}

/// <summary>One part of a <see cref="SongUNet"/>; the network runs its parts in order.</summary>
/// <param name="Name">The name under which its weights are registered.</param>
/// <param name="Kind">What it does.</param>
/// <param name="Section">Where it stands.</param>
/// <param name="Level">Halvings before it.</param>
/// <param name="In">Channels that come in; of the pyramid, for parts that read one.</param>
/// <param name="Out">Channels that go out.</param>
/// <param name="Index">Its number among the like on its level.</param>
internal sealed record SongPart(string Name, SongPartKind Kind, SongSection Section, int Level, int In, int Out, int Index = 0);
