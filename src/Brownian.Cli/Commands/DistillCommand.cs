using System.CommandLine;
using Brownian.Cli.Samples;
using Brownian.Cli.Terminals;
using Brownian.Cli.Trainings;
using Brownian.Training;
using TorchSharp;

namespace Brownian.Cli.Commands;

/// <summary>Teaches a trained model to need few steps.</summary>
internal sealed class DistillCommand : BrownianCommand
{
    private readonly Argument<string> teacher = new("RUN") { Description = "The trained model: a run folder, or a diffusers folder with --data." };
    private readonly Option<string> method = new("--method") { Description = "consistency: one run, sampled in one step or a few; progressive: a run for each halving of the steps.", HelpName = "NAME", DefaultValueFactory = _ => "consistency" };
    private readonly Option<int?> steps = SharedOptions.Steps("Steps of the student's sampler: 2 (consistency) or 1 (progressive) if left out.");
    private readonly Option<int?> from = new("--from") { Description = "progressive: steps of the first teacher, which is --steps times 2, 4, 8 …; 32 times if left out.", HelpName = "N" };
    private readonly Option<double?> guidance = new("--guidance") { Description = "The guidance to build in; the teacher's usual one if left out.", HelpName = "SCALE" };
    private readonly Option<string?> data = new("--data") { Description = "Data to train on; the teacher's if left out.", HelpName = "DATA" };
    private readonly Option<string?> dataFolder = SharedOptions.DataFolder();
    private readonly Option<double?> minutes = SharedOptions.Minutes("Time in all; 10 for each run if left out.");
    private readonly Option<string[]> set = new("--set") { Description = "A single setting of the runs, such as optimizer.learning_rate=1e-4.", HelpName = "A.B=C", AllowMultipleArgumentsPerToken = true };
    private readonly Option<string?> output = SharedOptions.Out("The run's folder (progressive: it holds one a halving); a new RUN-METHOD if left out.");
    private readonly Option<ulong?> seed = new("--seed") { Description = "What all randomness is drawn from; the same seed gives the same result.", HelpName = "N" };
    private readonly Option<string?> precision = SharedOptions.Precision();
    private readonly Option<string> device = SharedOptions.Device();
    private readonly Option<bool> json = SharedOptions.Json();

    public DistillCommand(Terminal terminal)
        : base(terminal, "distill", "Teach a trained model to need few steps: 1, 2 or 4.")
    {
        method.AcceptOnly(KnownNames.Distillations);
        AddAll(teacher, method, steps, from, guidance, data, dataFolder, minutes, set, output, seed, precision, device, json);
        Examples =
        [
            "brownian distill runs/strokes --minutes 10",
            "brownian distill runs/strokes --method progressive --from 16 --steps 1 --minutes 20",
        ];
    }

    protected override int Run(ParseResult parse, CancellationToken cancellation)
    {
        var run = parse.GetValue(teacher)!;
        if (!Directory.Exists(run))
        {
            throw new UsageException($"distill: there is no folder {run}. Give a run folder or a diffusers folder.");
        }

        var folder = parse.GetValue(output) ?? OutputFolder.FirstFree($"{Path.TrimEndingDirectorySeparator(run)}-{parse.GetValue(method)}");
        return parse.GetValue(method) == "consistency" ? Consistency(parse, run, folder, cancellation) : Progressive(parse, run, folder, cancellation);
    }

    private int Consistency(ParseResult parse, string run, string folder, CancellationToken cancellation)
    {
        if (parse.GetValue(from) is not null)
        {
            throw new UsageException("--from: only progressive distillation halves a number of steps. Leave it out.");
        }

        var config = UsageException.When(() => Distillations.Consistency(
            run, parse.GetValue(steps) ?? 2, parse.GetValue(guidance), Settings(parse, rounds: 1)));
        var outcome = Train(parse, config, folder, cancellation);
        TrainingReport.Tell(outcome, Terminal, parse.GetValue(json));
        return TrainingReport.Code(outcome, cancellation);
    }

    private int Progressive(ParseResult parse, string run, string folder, CancellationToken cancellation)
    {
        var last = parse.GetValue(steps) ?? 1;
        var first = parse.GetValue(from) ?? 32 * last;
        var halvings = Math.Max(1, (int)Math.Round(Math.Log2((double)first / last)));
        var rounds = UsageException.When(() => Distillations.Progressive(
            run, count => Path.Combine(folder, $"steps-{count}"), first, last, parse.GetValue(guidance), Settings(parse, halvings)));
        TrainingOutcome? outcome = null;
        foreach (var (count, config) in rounds)
        {
            Terminal.Say($"{2 * count} steps become {count}:");
            outcome = Train(parse, config, Path.Combine(folder, $"steps-{count}"), cancellation);
            if (!outcome.Finished)
            {
                break;
            }
        }

        TrainingReport.Tell(outcome!, Terminal, parse.GetValue(json));
        return TrainingReport.Code(outcome!, cancellation);
    }

    private TrainingOutcome Train(ParseResult parse, TrainingConfig config, string folder, CancellationToken cancellation)
    {
        using var trained = UsageException.When(() => TrainingRun.Create(config, folder, Devices.Of(parse.GetValue(device)!)));
        return TrainingReport.Train(trained, Terminal, cancellation);
    }

    private IReadOnlyList<string> Settings(ParseResult parse, int rounds) => new TrainingWish
    {
        Data = parse.GetValue(data),
        DataFolder = parse.GetValue(dataFolder),
        Settings = parse.GetValue(set) ?? [],
        Minutes = parse.GetValue(minutes) / rounds,
        Seed = parse.GetValue(seed),
        Precision = parse.GetValue(precision),
    }.Assignments();
}
