using System.CommandLine;
using Brownian.Checkpoints;
using Brownian.Cli.Live;
using Brownian.Cli.Quickstarts;
using Brownian.Cli.Samples;
using Brownian.Cli.Terminals;
using Brownian.Cli.Trainings;
using Brownian.Data;
using Brownian.Training;
using TorchSharp;

namespace Brownian.Cli.Commands;

/// <summary>From nothing to a trained model and a page about it in a few minutes.</summary>
internal sealed class QuickstartCommand : BrownianCommand
{
    private const double UsualMinutes = 5;
    private readonly Option<double?> minutes = SharedOptions.Minutes($"Train for this long; {UsualMinutes} if left out.");
    private readonly Option<string?> output = SharedOptions.Out("The folder for everything; a new quickstart folder if left out.");
    private readonly Option<ulong> seed = SharedOptions.Seed();
    private readonly Option<string> device = SharedOptions.Device();
    private readonly Option<bool> force = SharedOptions.Force();
    private readonly Option<bool> json = SharedOptions.Json();

    public QuickstartCommand(Terminal terminal)
        : base(terminal, "quickstart", "Train a small model on built-in digits, draw with it, and write a page about it.")
    {
        AddAll(minutes, output, seed, device, force, json);
        Examples = ["brownian quickstart", "brownian quickstart --minutes 1 --out first"];
    }

    protected override int Run(ParseResult parse, CancellationToken cancellation)
    {
        var begin = TimeProvider.System.GetTimestamp();
        var folder = OutputFolder.Choose(parse.GetValue(output), "quickstart", parse.GetValue(force));
        var place = Path.Combine(folder, "run");
        if (Directory.Exists(place))
        {
            Directory.Delete(place, recursive: true);
        }

        var (outcome, config, parameters) = Train(parse, place, cancellation);
        if (cancellation.IsCancellationRequested)
        {
            Terminal.Say($"go on:   {ProgramName.Line("train --resume", place)}");
            return ExitCode.Cancelled;
        }

        Terminal.Say("drawing …");
        using var bundle = ModelBundle.Load(place);
        bundle.Model.Network.to(Devices.Of(parse.GetValue(device)!));
        var pictures = QuickstartPictures.Draw(
            bundle, place, config.Data.Open(), (config.Data with { Split = "test" }).Open(), Terminal, cancellation);
        pictures.Write(folder);
        var seconds = TimeProvider.System.GetElapsedTime(begin).TotalSeconds;
        File.WriteAllText(Path.Combine(folder, "report.html"), QuickstartReport.Html(outcome, config, parameters, pictures, seconds));
        Report(parse.GetValue(json), folder, outcome, pictures, seconds);
        return ExitCode.Ok;
    }

    private (TrainingOutcome Outcome, TrainingConfig Config, long Parameters) Train(ParseResult parse, string place, CancellationToken cancellation)
    {
        var length = parse.GetValue(minutes) ?? UsualMinutes;
        var wish = new TrainingWish
        {
            Data = "builtin:strokes",
            Preset = "mnist",
            Minutes = length,
            Seed = parse.GetValue(seed),
            Settings = [$"samples.every_minutes={length / 10:0.###}", $"checkpoints.every_minutes={Math.Max(1, length / 3):0.###}"],
        };
        using var run = TrainingRun.Create(wish.Config(), place, Devices.Of(parse.GetValue(device)!));
        Terminal.Say($"training on {run.Dataset.Name} ({run.Dataset.Count} drawn digits) for {Words.Duration(length * 60)}; Ctrl-C saves and stops");
        return (TrainingSession.Run(run, Terminal, cancellation), run.Config, run.Trainer.ParameterCount);
    }

    private void Report(bool asJson, string folder, TrainingOutcome outcome, QuickstartPictures pictures, double seconds)
    {
        var files = pictures.Files.Select(file => Path.Combine(folder, file.Name)).ToArray();
        var report = Path.Combine(folder, "report.html");
        if (asJson)
        {
            Terminal.Out.WriteLine(Json.Of(new
            {
                report,
                run = outcome.Run,
                files,
                seconds,
                outcome.Steps,
                outcome.Images,
                outcome.Loss,
                pictures.PicturesPerSecond,
                nearest_neighbour = pictures.Neighbours.Samples,
                nearest_neighbour_unseen = pictures.Neighbours.Unseen,
            }));
            return;
        }

        Terminal.Say($"done in {Words.Duration(seconds)}");
        Terminal.Out.WriteLine($"report    {report}");
        Terminal.Out.WriteLine($"model     {outcome.Run}");
        foreach (var file in files)
        {
            Terminal.Out.WriteLine($"picture   {file}");
        }

        Terminal.Say($"sample:  {ProgramName.Line("sample", outcome.Run, "-n 64 --class 7 --guidance 2")}");
    }
}
