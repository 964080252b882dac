using System.CommandLine;
using Brownian.Cli.Terminals;
using Brownian.Training;

namespace Brownian.Cli.Commands;

/// <summary>The training presets and families: their names, and their YAML to read and change.</summary>
internal sealed class PresetsCommand : BrownianCommand
{
    private readonly Option<bool> json = SharedOptions.Json();

    public PresetsCommand(Terminal terminal)
        : base(terminal, "presets", "List the training presets and families; show NAME prints one as YAML.")
    {
        AddAll(new Show(terminal), json);
        Examples = ["brownian presets", "brownian presets show mnist > my.yaml", "brownian presets show edm"];
    }

    protected override int Run(ParseResult parse, CancellationToken cancellation)
    {
        var presets = Presets.Names.Select(name => (Name: name, Description: Presets.Load(name).Description!)).ToArray();
        var families = Families.Names.Select(name => (Name: name, Description: Families.Description(name))).ToArray();
        if (parse.GetValue(json))
        {
            Terminal.Out.WriteLine(Json.Of(Rows(presets, "preset").Concat(Rows(families, "family"))));
            return ExitCode.Ok;
        }

        Write("Presets, by image size (--preset):", presets);
        Write("Families, laid over a preset (--family):", families);
        return ExitCode.Ok;
    }

    private static IEnumerable<object> Rows(IEnumerable<(string Name, string Description)> known, string kind) =>
        known.Select(k => new { k.Name, kind, k.Description });

    private void Write(string title, IReadOnlyCollection<(string Name, string Description)> known)
    {
        var width = known.Max(k => k.Name.Length);
        Terminal.Out.WriteLine(title);
        foreach (var (name, description) in known)
        {
            Terminal.Out.WriteLine($"  {name.PadRight(width)}  {description}");
        }
    }

    private sealed class Show : BrownianCommand
    {
        private readonly Argument<string> name = new("NAME") { Description = "The preset or family." };

        public Show(Terminal terminal)
            : base(terminal, "show", "Print a preset or family as YAML, ready to be changed and given to train --config.")
        {
            AddAll(name);
            Examples = ["brownian presets show mnist"];
        }

        protected override int Run(ParseResult parse, CancellationToken cancellation)
        {
            var wanted = parse.GetValue(name)!;
            Terminal.Out.Write(UsageException.When(() => Families.Names.Contains(wanted) ? Families.Text(wanted) : Presets.Text(wanted)));
            return ExitCode.Ok;
        }
    }
}
