using System.Diagnostics;
using Brownian.Runtime.Benchmarking;

namespace Brownian.Benchmarks.Sections;

/// <summary>How long the command line takes to answer. Skipped where it is not built beside the benchmarks.</summary>
internal static class StartupSection
{
    public static void Run(Bench bench)
    {
        var tool = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "Brownian.Cli", "release", "Brownian.Cli.dll"));
        if (!File.Exists(tool))
        {
            bench.Add(new("startup", "brownian --help", Note: "skipped: build src/Brownian.Cli in Release first"));
            return;
        }

        foreach (var timing in Interleaved.Run([("brownian --help", () => Start(tool, "--help")), ("brownian doctor (loads libtorch)", () => Start(tool, "doctor"))], bench.Rounds))
        {
            bench.Add(new("startup", timing.Name, timing.Median * 1e3, timing.Best * 1e3));
        }
    }

    private static void Start(string tool, string argument)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [tool, argument]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
    }
}
