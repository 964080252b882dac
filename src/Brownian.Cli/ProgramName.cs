namespace Brownian.Cli;

/// <summary>How a person has to call this program to call it again, from the folder in which it was called.</summary>
internal static class ProgramName
{
    // A shell takes these as they are.
    private const string Plain = "_@%+=:,./-";

    /// <summary>The program alone: by its project in a checkout of the repository, by its file where it was published, by its name where it is installed.</summary>
    public static string Call { get; } = Project() is { } project ? $"dotnet run -c Release --project {Argument(project)} --"
        : Path.GetFileNameWithoutExtension(Environment.ProcessPath) is "Brownian.Cli" ? Path.Combine(".", Argument(Environment.ProcessPath!))
        : "brownian";

    /// <summary>A command line that calls it.</summary>
    /// <param name="command">The command.</param>
    /// <param name="path">What it is called for; quoted where a shell needs that.</param>
    /// <param name="options">What follows.</param>
    public static string Line(string command, string path, string options = "") => $"{Call} {command} {Argument(path)}{(options.Length == 0 ? "" : " " + options)}";

    /// <summary>A path as an argument: relative where that is shorter, quoted where a shell needs it.</summary>
    public static string Argument(string path)
    {
        var relative = Path.GetRelativePath(".", path);
        var shown = relative.StartsWith("..", StringComparison.Ordinal) ? path : relative;
        shown = shown.StartsWith('-') ? Path.Combine(".", shown) : shown;
        return shown.All(c => char.IsLetterOrDigit(c) || Plain.Contains(c, StringComparison.Ordinal) || (c == '\\' && OperatingSystem.IsWindows())) ? shown
            : OperatingSystem.IsWindows() ? $"\"{shown}\""
            : $"'{shown.Replace("'", "'\\''", StringComparison.Ordinal)}'";
    }

    private static string? Project()
    {
        var folder = AppContext.BaseDirectory;
        var at = folder.Replace('\\', '/').IndexOf("/artifacts/bin/Brownian.Cli", StringComparison.Ordinal);
        var project = at < 0 ? null : Path.Combine(folder[..at], "src", "Brownian.Cli");
        return Directory.Exists(project) ? project : null;
    }
}
