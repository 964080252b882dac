using Brownian.Cli.Terminals;

namespace Brownian.Cli.Tests;

/// <summary>Runs a command line in this process, with nobody looking.</summary>
internal static class Cli
{
    public static Outcome Run(params string[] args)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var code = new CommandLine(new Terminal { Out = output, Error = error }).Run(args);
        return new(code, output.ToString(), error.ToString());
    }

    internal sealed record Outcome(int Code, string Out, string Error);
}
