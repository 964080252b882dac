namespace Brownian.Runtime;

/// <summary>Where native libraries lie: in the package's folder, beside the program, or in its <c>runtimes</c> folder.</summary>
internal static class NativeFolders
{
    /// <summary>The first folder that holds this file, or null.</summary>
    public static string? Find(string file) => All().FirstOrDefault(folder => File.Exists(Path.Combine(folder, file)));

    private static IEnumerable<string> All()
    {
        var host = AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? "";
        foreach (var folder in host.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
        {
            yield return folder;
        }

        yield return AppContext.BaseDirectory;
        yield return Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native");

        // Empty in a single-file program.
#pragma warning disable IL3000
        if (Path.GetDirectoryName(typeof(TorchSharp.torch).Assembly.Location) is { Length: > 0 } beside)
        {
            yield return beside;
        }
#pragma warning restore IL3000
    }
}
