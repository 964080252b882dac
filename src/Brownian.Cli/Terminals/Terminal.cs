namespace Brownian.Cli.Terminals;

/// <summary>Where a command speaks: results to <see cref="Out"/>, progress and warnings to <see cref="Error"/>.</summary>
internal sealed class Terminal
{
    public required TextWriter Out { get; init; }

    public required TextWriter Error { get; init; }

    /// <summary>Whether a person reads standard output.</summary>
    public bool OutIsTerminal { get; init; }

    /// <summary>Whether a person reads standard error.</summary>
    public bool ErrorIsTerminal { get; init; }

    /// <summary>Whether escape sequences for colour may be written to standard error.</summary>
    public bool Colour { get; init; }

    public int Width { get; init; } = 100;

    public int Height { get; init; } = 40;

    /// <summary>How pictures can be shown on standard error; none where nobody looks.</summary>
    public PictureProtocol Pictures { get; init; }

    /// <summary>Whether an exception's stack trace is shown (BROWNIAN_TRACE=1).</summary>
    public bool Trace { get; init; }

    /// <summary>Set by --quiet: no progress.</summary>
    public bool Quiet { get; set; }

    public static Terminal OfProcess()
    {
        var seen = !Console.IsErrorRedirected && Environment.GetEnvironmentVariable("TERM") is not "dumb";
        var colour = seen && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        var (width, height) = Size(seen);
        return new()
        {
            Out = Console.Out,
            Error = Console.Error,
            OutIsTerminal = !Console.IsOutputRedirected,
            ErrorIsTerminal = seen,
            Colour = colour,
            Width = width,
            Height = height,
            Trace = Environment.GetEnvironmentVariable("BROWNIAN_TRACE") is not (null or "" or "0"),
            Pictures = PictureProtocols.Detect(colour, Environment.GetEnvironmentVariable),
        };
    }

    /// <summary>A line of progress.</summary>
    public void Say(string line)
    {
        if (!Quiet)
        {
            Error.WriteLine(line);
        }
    }

    /// <summary>A picture, where the terminal can show one.</summary>
    public void Show(Pixels picture)
    {
        if (!Quiet && Pictures != PictureProtocol.None)
        {
            Error.Write(PictureWriter.Write(picture, Pictures, Math.Min(Width - 2, 120), Math.Max(4, Math.Min(Height - 4, 40))));
        }
    }

    /// <summary>A line that even --quiet shows.</summary>
    public void Warn(string line) => Error.WriteLine(Colour ? $"\e[33mbrownian: {line}\e[0m" : $"brownian: {line}");

    /// <summary>The one message of a command that failed.</summary>
    public void Fail(string message) => Error.WriteLine(Colour ? $"\e[31mbrownian: {message}\e[0m" : $"brownian: {message}");

    private static (int Width, int Height) Size(bool seen)
    {
        try
        {
            return seen && Console.WindowWidth > 0 ? (Console.WindowWidth, Console.WindowHeight) : (100, 40);
        }
        catch (IOException)
        {
            return (100, 40);
        }
    }
}
