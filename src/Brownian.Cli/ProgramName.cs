namespace Brownian.Cli;

/// <summary>How a person has to call this program to call it again.</summary>
internal static class ProgramName
{
    public static string Call { get; } = AppContext.BaseDirectory.Replace('\\', '/').Contains("/artifacts/bin/Brownian.Cli", StringComparison.Ordinal)
        ? "dotnet run -c Release --project src/Brownian.Cli --"
        : "brownian";

    /// <summary>A path as an argument: relative where that is shorter, quoted where a shell needs it.</summary>
    public static string Argument(string path)
    {
        var relative = Path.GetRelativePath(".", path);
        var shown = relative.StartsWith("..", StringComparison.Ordinal) ? path : relative;
        return shown.Contains(' ', StringComparison.Ordinal) ? $"\"{shown}\"" : shown;
    }
}
