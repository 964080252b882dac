using System.CommandLine;
using Brownian.Checkpoints;
using Brownian.Cli.Samples;
using Brownian.Cli.Terminals;
using Brownian.Cli.Trainings;
using Brownian.Training;

namespace Brownian.Cli.Commands;

/// <summary>Trains a model on images.</summary>
internal sealed class TrainCommand : BrownianCommand
{
    private readonly Option<string?> data = new("--data") { Description = $"{string.Join(", ", KnownNames.Data)}, or a folder or file of images.", HelpName = "DATA" };
    private readonly Option<string?> dataFolder = SharedOptions.DataFolder();
    private readonly Option<string?> preset = new("--preset") { Description = "Where the settings start; chosen by the images' size if left out. See brownian presets.", HelpName = "NAME" };
    private readonly Option<string?> family = new("--family") { Description = $"{string.Join(", ", KnownNames.Families)}: path, output, objective and sampler, laid over the preset.", HelpName = "NAME" };
    private readonly Option<string?> config = new("--config") { Description = "A YAML file laid over preset and family.", HelpName = "FILE" };
    private readonly Option<string[]> set = new("--set") { Description = "A single setting laid over all, such as optimizer.learning_rate=1e-3.", HelpName = "A.B=C", AllowMultipleArgumentsPerToken = true };
    private readonly Option<int?> steps = SharedOptions.Steps("Train for this many steps, those before a resume included.");
    private readonly Option<double?> minutes = SharedOptions.Minutes("Train for this long, time before a resume included.");
    private readonly Option<long?> images = new("--images") { Description = "Train on this many images, repetitions counted.", HelpName = "N" };
    private readonly Option<string?> resume = SharedOptions.Resume();
    private readonly Option<bool> dryRun = new("--dry-run") { Description = "Measure a few steps and tell memory, seconds a step, duration and disk; nothing is written." };
    private readonly Option<string?> output = SharedOptions.Out("The run's folder; a new runs/DATA if left out.");
    private readonly Option<ulong?> seed = new("--seed") { Description = "What all randomness is drawn from; the same seed gives the same result.", HelpName = "N" };
    private readonly Option<string?> precision = SharedOptions.Precision();
    private readonly Option<string> device = SharedOptions.Device();
    private readonly Option<bool> json = SharedOptions.Json();

    public TrainCommand(Terminal terminal)
        : base(terminal, "train", "Train a model on images. Ctrl-C saves and stops; --resume goes on.")
    {
        data.CompletionSources.Add(KnownNames.Data);
        preset.CompletionSources.Add(KnownNames.Presets);
        family.CompletionSources.Add(KnownNames.Families);
        AddAll(data, dataFolder, preset, family, config, set, steps, minutes, images, resume, dryRun, output, seed, precision, device, json);
        Examples =
        [
            "brownian train --data builtin:strokes --minutes 5",
            "brownian train --data fashion-mnist --family edm --minutes 20",
            "brownian train --data ~/pictures --set data.size=64 batch=32 --dry-run",
            "brownian train --resume runs/strokes --minutes 30",
        ];
    }

    protected override int Run(ParseResult parse, CancellationToken cancellation)
    {
        var wish = Wish(parse);
        var on = Devices.Of(parse.GetValue(device)!);
        if (parse.GetValue(resume) is { } there)
        {
            if (!RunFolder.IsRun(there))
            {
                throw new UsageException($"--resume: {there} is not a training run. Give the folder that train --out wrote.");
            }

            if (parse.GetValue(dryRun))
            {
                var known = ConfigFile.Read(File.ReadAllText(Path.Combine(there, CheckpointPart.Config)));
                return Estimate(TrainingEstimate.Measure(UsageException.When(() => ConfigFile.With(known, wish.Assignments())), there, on, cancellation), parse.GetValue(json));
            }

            using var run = UsageException.When(() => TrainingRun.Resume(there, wish.Assignments(), on));
            return Train(run, parse, cancellation);
        }

        var settled = wish.Config();
        var folder = parse.GetValue(output) ?? UsualFolder(settled.Data.Source);
        if (parse.GetValue(dryRun))
        {
            return Estimate(TrainingEstimate.Measure(settled, folder, on, cancellation), parse.GetValue(json));
        }

        using var fresh = UsageException.When(() => TrainingRun.Create(settled, folder, on));
        return Train(fresh, parse, cancellation);
    }

    private TrainingWish Wish(ParseResult parse) => new()
    {
        Data = parse.GetValue(data),
        DataFolder = parse.GetValue(dataFolder),
        Preset = parse.GetValue(preset),
        Family = parse.GetValue(family),
        ConfigPath = parse.GetValue(config),
        Settings = parse.GetValue(set) ?? [],
        Steps = parse.GetValue(steps),
        Minutes = parse.GetValue(minutes),
        Images = parse.GetValue(images),
        Seed = parse.GetValue(seed),
        Precision = parse.GetValue(precision),
    };

    private int Train(TrainingRun run, ParseResult parse, CancellationToken cancellation)
    {
        var outcome = TrainingReport.Train(run, Terminal, cancellation);
        TrainingReport.Tell(outcome, Terminal, parse.GetValue(json));
        return TrainingReport.Code(outcome, cancellation);
    }

    private int Estimate(TrainingEstimate estimate, bool asJson)
    {
        if (asJson)
        {
            Terminal.Out.WriteLine(Json.Of(estimate));
            return ExitCode.Ok;
        }

        foreach (var (name, value) in EstimateLines.Of(estimate))
        {
            Terminal.Out.WriteLine($"{name,-12}  {value}");
        }

        return ExitCode.Ok;
    }

    private static string UsualFolder(string source)
    {
        var name = Path.GetFileNameWithoutExtension(Path.TrimEndingDirectorySeparator(source.Split(':')[^1]));
        return OutputFolder.FirstFree(Path.Combine("runs", name));
    }
}
