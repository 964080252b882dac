using System.CommandLine;
using Brownian.Cli.Live;
using Brownian.Cli.Terminals;
using Brownian.Cli.Toys;
using Brownian.Data;
using Brownian.Training;

namespace Brownian.Cli.Commands;

/// <summary>Trains a family on data in the plane, and draws what the theory says about it.</summary>
internal sealed class ToyCommand : BrownianCommand
{
    private const long UsualSteps = 3000;
    private readonly Option<string> data = new("--data") { Description = $"{string.Join(", ", KnownNames.Toys)}.", HelpName = "NAME", DefaultValueFactory = _ => "moons" };
    private readonly Option<string> family = new("--family") { Description = $"{string.Join(", ", KnownNames.ToyFamilies)}.", HelpName = "NAME", DefaultValueFactory = _ => "vp" };
    private readonly Option<int?> steps = SharedOptions.Steps($"Train for this many steps; {UsualSteps} if neither this nor --minutes is given.");
    private readonly Option<double?> minutes = SharedOptions.Minutes("Train for this long.");
    private readonly Option<ulong> seed = SharedOptions.Seed();
    private readonly Option<string?> output = SharedOptions.Out("The folder for the pictures; a new toy folder if left out.");
    private readonly Option<bool> force = SharedOptions.Force();
    private readonly Option<bool> json = SharedOptions.Json();

    public ToyCommand(Terminal terminal)
        : base(terminal, "toy", "Train on data in the plane in seconds, and draw the theory: noising, scores, ways back, density.")
    {
        data.CompletionSources.Add(KnownNames.Toys);
        family.CompletionSources.Add(KnownNames.ToyFamilies);
        AddAll(data, family, steps, minutes, seed, output, force, json);
        Examples = ["brownian toy", "brownian toy --data checkerboard --family edm --steps 6000 --out board"];
    }

    protected override int Run(ParseResult parse, CancellationToken cancellation)
    {
        var (set, row) = (ToyData.Find(parse.GetValue(data)!), ToyFamily.Find(parse.GetValue(family)!));
        var folder = OutputFolder.Choose(parse.GetValue(output), "toy", parse.GetValue(force));
        var (limit, time) = (parse.GetValue(steps), parse.GetValue(minutes));
        var budget = new BudgetConfig { Minutes = time, Steps = limit is { } wanted ? wanted : time is null ? UsualSteps : null };
        var begin = TimeProvider.System.GetTimestamp();
        var model = ToyTraining.Run(row, set, parse.GetValue(seed), budget, Terminal, cancellation);
        using var network = model.Network;
        Terminal.Say($"trained in {Words.Duration(TimeProvider.System.GetElapsedTime(begin).TotalSeconds)}; drawing");
        var density = ToyDensity.Of(model, set, parse.GetValue(seed), cancellation);
        var pictures = new ToyPictures(row, set, model, parse.GetValue(seed));
        var files = Write(pictures, density, folder, cancellation);
        Report(parse, density, files, TimeProvider.System.GetElapsedTime(begin).TotalSeconds);
        return ExitCode.Ok;
    }

    private static List<string> Write(ToyPictures pictures, ToyDensity density, string folder, CancellationToken cancellation)
    {
        var files = new List<string>();
        Save("forward.png", () => ImageCodec.EncodePng(pictures.Forward()));
        Save("score.png", () => ImageCodec.EncodePng(pictures.Score()));
        Save("trajectories.png", () => ImageCodec.EncodePng(pictures.Trajectories()));
        Save("density.png", () => ImageCodec.EncodePng(pictures.Density(density)));
        Save("ways.webp", pictures.Animation);
        return files;

        void Save(string name, Func<byte[]> draw)
        {
            cancellation.ThrowIfCancellationRequested();
            var path = Path.Combine(folder, name);
            File.WriteAllBytes(path, draw());
            files.Add(path);
        }
    }

    private void Report(ParseResult parse, ToyDensity density, List<string> files, double seconds)
    {
        if (parse.GetValue(json))
        {
            Terminal.Out.WriteLine(Json.Of(new { seconds, entropy = density.Entropy, cross_entropy = density.CrossEntropy, standard_error = density.StandardError, files }));
            return;
        }

        Terminal.Say($"a point costs {density.CrossEntropy:0.000} ± {density.StandardError:0.000} nats by the model's likelihood; the truth is {density.Entropy:0.000}");
        Terminal.Out.WriteLine(Path.GetDirectoryName(files[0]));
    }
}
