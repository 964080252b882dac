using Brownian.Cli.Live;
using Brownian.Cli.Plots;
using Brownian.Cli.Terminals;
using Brownian.Training;

namespace Brownian.Cli.Trainings;

/// <summary>A run that a person watches: steps, sample pictures, checkpoints, and plots at the end.</summary>
internal static class TrainingSession
{
    /// <summary>Trains until the budget is used up or the person stops it; both save.</summary>
    public static TrainingOutcome Run(TrainingRun run, Terminal terminal, CancellationToken cancellation) =>
        TrainingView.During(terminal, view =>
        {
            run.Happened += what => Tell(view, what);
            TrainingStep? last = null;
            var losses = new Queue<double>();
            foreach (var step in run.Run(cancellation))
            {
                last = step;
                losses.Enqueue(step.Loss);
                if (losses.Count > 100)
                {
                    losses.Dequeue();
                }

                view.Show(new(
                    step.Number, step.Loss, step.LearningRate, step.GradientNorm, step.ImagesPerSecond, step.Seconds, step.Progress, step.SecondsLeft));
            }

            var progress = run.Trainer.Progress;
            var plots = TrainingPlots.Write(run.Folder);
            return new TrainingOutcome(
                run.Folder.Path, progress.Steps, progress.Images, progress.Seconds, losses.Count == 0 ? null : losses.Average(), run.Trainer.IsFinished, plots);
        });

    private static void Tell(ITrainingView view, TrainingEvent what)
    {
        if (what.Kind == TrainingEventKind.Samples)
        {
            view.Show(Pixels.Decode(File.ReadAllBytes(what.Path)), $"samples after {Words.Counted(what.Step, "step")}: {what.Path}");
        }
        else
        {
            view.Note($"saved after {Words.Counted(what.Step, "step")}");
        }
    }
}
