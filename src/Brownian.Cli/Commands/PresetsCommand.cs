using System.CommandLine;
using Brownian.Cli.Terminals;
using Brownian.Training;

namespace Brownian.Cli.Commands;

/// <summary>The training presets: their names, and their YAML to read and change.</summary>
internal sealed class PresetsCommand : BrownianCommand
{
    private readonly Option<bool> json = SharedOptions.Json();

    public PresetsCommand(Terminal terminal)
        : base(terminal, "presets", "List the training presets; show NAME prints one as YAML.")
    {
        AddAll(new Show(terminal), json);
        Examples = ["brownian presets", "brownian presets show mnist > my.yaml"];
    }

    protected override int Run(ParseResult parse, CancellationToken cancellation)
    {
        var presets = Presets.Names.Select(name => (Name: name, Presets.Load(name).Description)).ToArray();
        if (parse.GetValue(json))
        {
            Terminal.Out.WriteLine(Json.Of(presets.Select(p => new { p.Name, p.Description })));
            return ExitCode.Ok;
        }

        var width = presets.Max(p => p.Name.Length);
        foreach (var (name, description) in presets)
        {
            Terminal.Out.WriteLine($"{name.PadRight(width)}  {description}");
        }

        return ExitCode.Ok;
    }

    private sealed class Show : BrownianCommand
    {
        private readonly Argument<string> name = new("NAME") { Description = "The preset." };

        public Show(Terminal terminal)
            : base(terminal, "show", "Print a preset as YAML, ready to be changed and given to train --config.")
        {
            AddAll(name);
            Examples = ["brownian presets show mnist"];
        }

        protected override int Run(ParseResult parse, CancellationToken cancellation)
        {
            Terminal.Out.Write(UsageException.When(() => Presets.Text(parse.GetValue(name)!)));
            return ExitCode.Ok;
        }
    }
}
