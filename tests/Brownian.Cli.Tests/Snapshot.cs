using System.Runtime.CompilerServices;

namespace Brownian.Cli.Tests;

/// <summary>Compares text with a file in Snapshots; BROWNIAN_ACCEPT=1 writes the file instead.</summary>
internal static class Snapshot
{
    public static void Matches(string name, string actual, [CallerFilePath] string caller = "")
    {
        actual = actual.Replace("\r\n", "\n");
        if (Environment.GetEnvironmentVariable("BROWNIAN_ACCEPT") == "1")
        {
            File.WriteAllText(Path.Combine(Path.GetDirectoryName(caller)!, "Snapshots", name), actual);
            return;
        }

        var path = Path.Combine(AppContext.BaseDirectory, "Snapshots", name);
        Assert.True(File.Exists(path), $"There is no snapshot {name}: run the tests once with BROWNIAN_ACCEPT=1, and read what it wrote.");
        Assert.Equal(File.ReadAllText(path), actual);
    }
}
