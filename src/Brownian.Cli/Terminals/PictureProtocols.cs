namespace Brownian.Cli.Terminals;

/// <summary>Guesses from the environment what the terminal can show.</summary>
internal static class PictureProtocols
{
    /// <param name="colour">Whether colour may be written at all.</param>
    /// <param name="variable">Reads an environment variable. <c>BROWNIAN_PICTURES</c> = kitty, iterm, sixel, blocks or none overrides the guess.</param>
    public static PictureProtocol Detect(bool colour, Func<string, string?> variable)
    {
        if (!colour)
        {
            return PictureProtocol.None;
        }

        return variable("BROWNIAN_PICTURES")?.ToLowerInvariant() switch
        {
            "none" => PictureProtocol.None,
            "blocks" => PictureProtocol.HalfBlocks,
            "sixel" => PictureProtocol.Sixel,
            "iterm" => PictureProtocol.ITerm,
            "kitty" => PictureProtocol.Kitty,
            _ => Guess(variable),
        };
    }

    private static PictureProtocol Guess(Func<string, string?> variable)
    {
        var term = variable("TERM") ?? "";
        var program = variable("TERM_PROGRAM") ?? "";

        // A multiplexer passes none of the graphics protocols on unless it is told to.
        if (variable("TMUX") is { Length: > 0 } || variable("STY") is { Length: > 0 })
        {
            return PictureProtocol.HalfBlocks;
        }

        if (variable("KITTY_WINDOW_ID") is { Length: > 0 } || term is "xterm-kitty" or "xterm-ghostty"
            || program is "ghostty" || variable("KONSOLE_VERSION") is { Length: > 0 })
        {
            return PictureProtocol.Kitty;
        }

        if (program is "iTerm.app" or "WezTerm" or "mintty" || variable("LC_TERMINAL") is "iTerm2")
        {
            return PictureProtocol.ITerm;
        }

        return term.StartsWith("foot", StringComparison.Ordinal) || term.StartsWith("mlterm", StringComparison.Ordinal)
            || term.Contains("sixel", StringComparison.Ordinal) || variable("WT_SESSION") is { Length: > 0 }
            ? PictureProtocol.Sixel
            : PictureProtocol.HalfBlocks;
    }
}
