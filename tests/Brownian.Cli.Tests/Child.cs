using System.Diagnostics;

namespace Brownian.Cli.Tests;

/// <summary>The program as its own process.</summary>
internal static class Child
{
    public static Process Start(IEnumerable<string> arguments, params ReadOnlySpan<(string Name, string Value)> environment)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Brownian.Cli.dll"), .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    public static Cli.Outcome Run(IEnumerable<string> arguments, params ReadOnlySpan<(string Name, string Value)> environment)
    {
        using var child = Start(arguments, environment);
        var error = child.StandardError.ReadToEndAsync();
        var output = child.StandardOutput.ReadToEnd();
        Assert.True(child.WaitForExit(120_000), "it did not end");
        return new(child.ExitCode, output, error.Result);
    }
}
