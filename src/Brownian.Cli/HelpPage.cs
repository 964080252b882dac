using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Brownian.Cli.Commands;
using Brownian.Cli.Terminals;

namespace Brownian.Cli;

/// <summary>The library's help page, with examples under it.</summary>
internal sealed class HelpPage(Terminal terminal) : SynchronousCommandLineAction
{
    private const int Widest = 110;

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        var command = parseResult.CommandResult.Command;
        new HelpAction { MaxWidth = terminal.OutIsTerminal ? Math.Min(terminal.Width, Widest) : Widest }.Invoke(parseResult);
        if (command is BrownianCommand { Examples.Count: > 0 } ours)
        {
            terminal.Out.WriteLine("Examples:");
            foreach (var example in ours.Examples)
            {
                terminal.Out.WriteLine("  " + example);
            }
        }

        return ExitCode.Ok;
    }
}
