using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Brownian.Cli.Commands;
using Brownian.Cli.Terminals;
using Brownian.Runtime;

namespace Brownian.Cli;

/// <summary>The program: parses, runs one command, and turns whatever happens into an exit code.</summary>
/// <remarks>Nothing here may name a type of the library: its module initializer loads libtorch, and --help must not wait for that.</remarks>
internal sealed class CommandLine(Terminal terminal)
{
    public static string Version => ProgramVersion.Whole;

    public int Run(IReadOnlyList<string> args)
    {
        var parse = Create().Parse(args.Count == 0 ? ["--help"] : args);
        var configuration = new InvocationConfiguration { Output = terminal.Out, Error = terminal.Error, EnableDefaultExceptionHandler = false };
        if (parse.Action is not ParseErrorAction error)
        {
            return parse.Invoke(configuration);
        }

        error.ShowHelp = false;
        var said = new StringWriter();
        configuration.Output = configuration.Error = said;
        parse.Invoke(configuration);
        var text = parse.Errors.Aggregate(said.ToString(), (all, e) => WrongNumber.Of(e) is { } told ? all.Replace(e.Message, told, StringComparison.Ordinal) : all);
        ReportUsage(parse, text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
        return ExitCode.Usage;
    }

    private void ReportUsage(ParseResult parse, string[] lines)
    {
        const string Question = "Did you mean one of the following?";
        var asked = Array.FindIndex(lines, line => line.EndsWith(Question, StringComparison.Ordinal));
        if (asked >= 0)
        {
            var meant = lines.Skip(asked + 1).TakeWhile(line => !line.Contains(' ', StringComparison.Ordinal));
            lines = [$"{lines[asked][..^Question.Length]}Did you mean {string.Join(" or ", meant)}?"];
        }

        // An unknown word is reported as such, and once more as the lack of a command: the first says it all.
        foreach (var line in lines.Where(line => lines.Length == 1 || line != "Required command was not provided."))
        {
            terminal.Fail(line);
        }

        terminal.Error.WriteLine($"See `{ProgramName.Call} {CommandPath(parse)}--help`.");
    }

    private RootCommand Create()
    {
        var root = new RootCommand("Diffusion models for .NET: train, sample, restore, measure.") { HelpName = "brownian" };
        foreach (var command in All())
        {
            root.Add(command);
        }

        foreach (var option in root.Options)
        {
            if (option is HelpOption help)
            {
                help.Action = new HelpPage(terminal);
            }
            else if (option is VersionOption version)
            {
                version.Action = new VersionLine(terminal);
            }
        }

        return root;
    }

    private IEnumerable<Command> All() =>
    [
        new QuickstartCommand(terminal),
        new TrainCommand(terminal),
        new SampleCommand(terminal),
        new DistillCommand(terminal),
        new ReproduceCommand(terminal),
        new LikelihoodCommand(terminal),
        new CompareCommand(terminal),
        new EvaluateCommand(terminal),
        new EncodeCommand(terminal),
        new DecodeCommand(terminal),
        new InfoCommand(terminal),
        new PullCommand(terminal),
        new ConvertCommand(terminal),
        new PresetsCommand(terminal),
        new InpaintCommand(terminal),
        new BoundCommand(terminal),
        new ToyCommand(terminal),
        new VerifyCommand(terminal),
        new BenchCommand(terminal),
        new DoctorCommand(terminal),
        new DataCommand(terminal),
        new CompletionCommand(terminal),
    ];

    private static string CommandPath(ParseResult parse)
    {
        var names = new List<string>();
        for (var result = parse.CommandResult; result.Command is not RootCommand; result = (System.CommandLine.Parsing.CommandResult)result.Parent!)
        {
            names.Insert(0, result.Command.Name);
        }

        return string.Concat(names.Select(name => name + " "));
    }

    private sealed class VersionLine(Terminal terminal) : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            terminal.Out.WriteLine($"brownian {Version}");
            return ExitCode.Ok;
        }
    }
}
