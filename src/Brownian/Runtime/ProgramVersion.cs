using System.Reflection;

namespace Brownian.Runtime;

/// <summary>The version of this library, such as 0.1.0-preview.7.</summary>
internal static class ProgramVersion
{
    /// <summary>Without the commit, which follows a plus in what the build writes.</summary>
    public static string Text { get; } =
        typeof(ProgramVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "unknown";
}
