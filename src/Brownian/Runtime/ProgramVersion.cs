using System.Reflection;

namespace Brownian.Runtime;

/// <summary>The version of this library, such as 0.1.0-preview.7.</summary>
/// <remarks>The command line compiles this file, too: --version must not wait for the library, which loads libtorch.</remarks>
internal static class ProgramVersion
{
    /// <summary>With the commit, which follows a plus.</summary>
    public static string Whole { get; } =
        typeof(ProgramVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    /// <summary>Without the commit.</summary>
    public static string Text { get; } = Whole.Split('+')[0];
}
