using Brownian.Cli.Live;
using Brownian.Cli.Terminals;
using Brownian.Training;

namespace Brownian.Cli.Trainings;

/// <summary>What a command that trains says before and after.</summary>
internal static class TrainingReport
{
    /// <summary>Trains until the budget is used up or the person stops it.</summary>
    public static TrainingOutcome Train(TrainingRun run, Terminal terminal, CancellationToken cancellation)
    {
        var seen = run.Dataset;
        terminal.Say($"{seen.Name}: {Words.Counted(seen.Count, "image")} of {seen.Channels}×{seen.Height}×{seen.Width}; {Words.CountedShort(run.Trainer.ParameterCount, "parameter")}; {run.Folder.Path}");
        foreach (var damaged in run.DamagedCheckpoints)
        {
            terminal.Warn($"a damaged checkpoint is passed over: {damaged}; the run goes on from step {run.Trainer.Progress.Steps}");
        }

        if (run.Trainer.Progress.Steps > 0)
        {
            terminal.Say($"going on after step {run.Trainer.Progress.Steps}");
        }

        return TrainingSession.Run(run, terminal, cancellation);
    }

    /// <summary>Tells what it came to, and what to do next; the run's folder alone goes to standard output.</summary>
    public static void Tell(TrainingOutcome outcome, Terminal terminal, bool json)
    {
        if (json)
        {
            terminal.Out.WriteLine(Json.Of(outcome));
            return;
        }

        terminal.Say($"{Words.Counted(outcome.Steps, "step")}, {Words.CountedShort(outcome.Images, "image")}, {Words.Duration(outcome.Seconds)}{(outcome.Loss is { } loss ? $", loss {Words.Number(loss)}" : "")}");
        terminal.Say($"go on:   {ProgramName.Line("train --resume", outcome.Run, outcome.Finished ? "--minutes N" : "")}");
        terminal.Say($"sample:  {ProgramName.Line("sample", outcome.Run, "-n 16")}");
        terminal.Out.WriteLine(outcome.Run);
    }

    /// <summary>The exit code.</summary>
    public static int Code(TrainingOutcome outcome, CancellationToken cancellation) =>
        cancellation.IsCancellationRequested && !outcome.Finished ? ExitCode.Cancelled : ExitCode.Ok;
}
