using System.CommandLine;
using Brownian.Cli.Terminals;

namespace Brownian.Cli.Commands;

/// <summary>A command whose failures become one clear message and an exit code.</summary>
internal abstract class BrownianCommand : Command
{
    private readonly Option<bool> quiet = SharedOptions.Quiet();

    protected BrownianCommand(Terminal terminal, string name, string description)
        : base(name, description)
    {
        Terminal = terminal;
        SetAction(Guarded);
    }

    /// <summary>Command lines that its help page shows.</summary>
    public IReadOnlyList<string> Examples { get; protected init; } = [];

    protected Terminal Terminal { get; }

    /// <summary>Adds the options in the order in which help shows them, and --quiet.</summary>
    protected void AddAll(params IEnumerable<Symbol> symbols)
    {
        foreach (var symbol in symbols)
        {
            switch (symbol)
            {
                case Argument argument:
                    Add(argument);
                    break;
                case Option option:
                    Add(option);
                    break;
                case Command command:
                    Add(command);
                    break;
            }
        }

        Add(quiet);
    }

    /// <summary>The command's work. It may throw whatever it likes.</summary>
    protected abstract int Run(ParseResult parse, CancellationToken cancellation);

    private int Guarded(ParseResult parse)
    {
        Terminal.Quiet = parse.GetValue(quiet);
        using var interrupt = new Interrupt(Terminal);
        try
        {
            return Run(parse, interrupt.Token);
        }
        catch (Exception e)
        {
            return Report(FailureText.Unwrap(e));
        }
    }

    private int Report(Exception e)
    {
        if (Terminal.Trace)
        {
            Terminal.Error.WriteLine(e);
        }

        if (e is OperationCanceledException)
        {
            Terminal.Warn("cancelled");
            return ExitCode.Cancelled;
        }

        Terminal.Fail(FailureText.Of(e));
        return e is UsageException ? ExitCode.Usage : ExitCode.Failed;
    }
}
