using System.Diagnostics;

namespace Brownian.Cli.Tests;

/// <summary>The program as its own process.</summary>
internal static class Child
{
    public static Process Start(IEnumerable<string> arguments, params ReadOnlySpan<(string Name, string Value)> environment)
    {
        // A shell's background job ignores SIGINT, and so would its children: env gives the child the default again.
        string[] program = ["dotnet", Path.Combine(AppContext.BaseDirectory, "Brownian.Cli.dll"), .. arguments];
        string[] started = OperatingSystem.IsLinux() ? ["env", "--default-signal=INT", .. program] : program;
        var start = new ProcessStartInfo(started[0], started[1..])
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
