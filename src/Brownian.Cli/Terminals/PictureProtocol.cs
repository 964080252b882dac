namespace Brownian.Cli.Terminals;

/// <summary>The ways in which terminals show pictures.</summary>
internal enum PictureProtocol
{
    /// <summary>No pictures: nobody looks, or no colour is wanted.</summary>
    None,

    /// <summary>Two pixels a character cell, by the upper half block in 24-bit colour. Every modern terminal.</summary>
    HalfBlocks,

    /// <summary>Sixel graphics (DEC VT340): foot, WezTerm, mlterm, xterm -ti vt340.</summary>
    Sixel,

    /// <summary>iTerm2's inline images.</summary>
    ITerm,

    /// <summary>kitty's graphics protocol: kitty, Ghostty, Konsole.</summary>
    Kitty,
}
