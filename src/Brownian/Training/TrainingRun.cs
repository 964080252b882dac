using System.Text.Json;
using Brownian.Checkpoints;
using Brownian.Data;
using static TorchSharp.torch;

namespace Brownian.Training;

/// <summary>
/// A training run in a folder: a <see cref="Trainer"/> with its metrics, checkpoints and sample pictures. The folder is a diffusers
/// folder with the averaged weights, and everything that is needed to go on.
/// </summary>
/// <example><code>
/// using var run = TrainingRun.Create(ConfigFile.Load("mnist", settings: ["budget.minutes=20"]), "runs/mnist");
/// foreach (var step in run.Run()) Console.WriteLine($"{step.Number}: {step.Loss:f4}");
/// </code></example>
public sealed class TrainingRun : IDisposable
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private readonly TrainingSetup setup;
    private readonly MetricsLog metrics;
    private readonly MetricsWindow window;
    private readonly TensorBoardLog? tensorBoard;
    private readonly SampleGrids grids;
    private long savedStep = -1;

    private TrainingRun(TrainingConfig config, RunFolder folder, Device? device, TimeProvider? clock)
    {
        Folder = folder;
        folder.Keep = config.Checkpoints.Keep;
        setup = new TrainingSetup(config, device, clock);
        metrics = new MetricsLog(folder.MetricsPath);
        window = new MetricsWindow(config.Log.EverySteps);
        grids = new SampleGrids(setup, folder.SamplesPath);
        tensorBoard = config.Log.Tensorboard ? new TensorBoardLog(Path.Combine(folder.Path, "tensorboard")) : null;
    }

    /// <summary>The configuration.</summary>
    public TrainingConfig Config => setup.Config;

    /// <summary>Where the run is kept.</summary>
    public RunFolder Folder { get; }

    /// <summary>The images.</summary>
    public IImageDataset Dataset => setup.Dataset;

    /// <summary>What trains.</summary>
    public Trainer Trainer => setup.Trainer;

    /// <summary>Checkpoints later than the one that a resumed run goes on from, each with what is wrong with it; empty when all is well.</summary>
    public IReadOnlyList<string> DamagedCheckpoints { get; private set; } = [];

    /// <summary>Told of checkpoints and sample pictures as they are written: what, after which step, and the path.</summary>
    public event Action<TrainingEvent>? Happened;

    /// <summary>Starts a run in a folder that holds none.</summary>
    /// <param name="config">What to train, on what, for how long.</param>
    /// <param name="folder">The folder; made if it does not exist.</param>
    /// <param name="device">Where to train; the CPU if null.</param>
    /// <param name="clock">For budgets in minutes; the system's if null.</param>
    /// <exception cref="ArgumentException">A setting is wrong.</exception>
    /// <exception cref="RunExistsException">The folder holds a run already.</exception>
    public static TrainingRun Create(TrainingConfig config, string folder, Device? device = null, TimeProvider? clock = null)
    {
        // What "auto" stands for belongs to the run: another machine that resumes it goes on in the same arithmetic.
        var settled = config with { Precision = config.Precision.Settled(device ?? CPU) };
        settled.Validate();
        return Owned(RunFolder.Create(folder), runFolder =>
        {
            var run = new TrainingRun(settled, runFolder, device, clock);
            runFolder.WriteConfig(ConfigFile.Write(settled));
            run.metrics.Note("start", 0);
            return run;
        });
    }

    /// <summary>Goes on with a run from its latest whole checkpoint, or from the start if it has none.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <param name="settings">Changes such as <c>budget.minutes=30</c>. A run that is only continued is bit for bit the run that was never interrupted.</param>
    /// <param name="device">Where to train; the CPU if null.</param>
    /// <param name="clock">For budgets in minutes; the system's if null.</param>
    /// <exception cref="CheckpointFormatException">The folder is not a run.</exception>
    /// <exception cref="IOException">Another process trains it.</exception>
    public static TrainingRun Resume(string folder, IEnumerable<string>? settings = null, Device? device = null, TimeProvider? clock = null) =>
        Owned(RunFolder.Open(folder), runFolder =>
        {
            var config = ConfigFile.With(ConfigFile.Read(File.ReadAllText(runFolder.ConfigPath)), settings ?? []);
            var run = new TrainingRun(config, runFolder, device, clock);
            try
            {
                run.Restore();
                runFolder.WriteConfig(ConfigFile.Write(config));
                return run;
            }
            catch
            {
                run.DisposeParts();
                throw;
            }
        });

    /// <summary>
    /// Trains until the budget is used up or <paramref name="cancellation"/> is requested; then saves and ends. If the consumer leaves the
    /// enumeration earlier, nothing is saved: call <see cref="Save"/>.
    /// </summary>
    /// <exception cref="NonFiniteException">A loss or gradient is NaN or infinite; the checkpoints before it stay.</exception>
    public IEnumerable<TrainingStep> Run(CancellationToken cancellation = default)
    {
        var checkpoints = new Schedule(Config.Checkpoints.EveryMinutes, Config.Checkpoints.EverySteps, Trainer.Progress);
        var samples = new Schedule(Config.Samples.EveryMinutes, Config.Samples.EverySteps, Trainer.Progress);
        TrainingStep? last = null;
        foreach (var step in Guarded(cancellation))
        {
            last = step;
            Record(window.Add(step));
            if (checkpoints.IsDue(Trainer.Progress))
            {
                Save();
            }

            if (samples.IsDue(Trainer.Progress))
            {
                Sample();
            }

            yield return step;
        }

        Record(last is null ? null : window.Take(last));
        Save();
        metrics.Note(Trainer.IsFinished ? "end" : "stop", Trainer.Progress.Steps);
    }

    /// <summary>Saves a checkpoint now, and renews the run's diffusers folder with the averaged weights.</summary>
    public void Save()
    {
        var progress = Trainer.Progress;
        if (savedStep == progress.Steps)
        {
            return;
        }

        using var scope = NewDisposeScope();
        var state = Trainer.State;
        var path = Folder.SaveCheckpoint(progress.Steps, writer =>
        {
            foreach (var part in state.Parts)
            {
                writer.Tensors(part, state.Tensors(part));
            }

            writer.Json(CheckpointPart.State, JsonSerializer.Serialize(progress, Json));
            writer.Text(CheckpointPart.Config, ConfigFile.Write(Config));
        });
        Folder.Publish(setup.Bundle(), state.Tensors(CheckpointPart.Ema));
        savedStep = progress.Steps;
        Tell(new(TrainingEventKind.Checkpoint, progress.Steps, path));
    }

    /// <summary>Draws sample pictures with the averaged weights now; training is not changed by it.</summary>
    /// <returns>The PNG file.</returns>
    public string Sample()
    {
        var path = grids.Draw();
        Tell(new(TrainingEventKind.Samples, Trainer.Progress.Steps, path));
        return path;
    }

    /// <summary>Frees the network, the data, and the folder for others.</summary>
    public void Dispose()
    {
        DisposeParts();
        Folder.Dispose();
    }

    private static TrainingRun Owned(RunFolder folder, Func<RunFolder, TrainingRun> make)
    {
        try
        {
            return make(folder);
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    private void Restore()
    {
        var checkpoint = Folder.LatestCheckpoint(out var damaged);
        DamagedCheckpoints = damaged;
        if (checkpoint is null && damaged.Count > 0)
        {
            throw new CheckpointFormatException(
                Folder.CheckpointsPath, $"expected a whole checkpoint to go on from; none is ({string.Join("; ", damaged)})", "Bring back a copy of one, or train anew in another folder.");
        }

        if (checkpoint is not null)
        {
            var progress = JsonSerializer.Deserialize<TrainingProgress>(checkpoint.ReadJson(CheckpointPart.State), Json)!;
            var files = Trainer.State.Parts.ToDictionary(part => part, checkpoint.OpenTensors, StringComparer.Ordinal);
            try
            {
                Trainer.Restore(progress, (part, name) => files[part].Read(name));
            }
            finally
            {
                foreach (var file in files.Values)
                {
                    file.Dispose();
                }
            }

            // A kill between the checkpoint and the diffusers folder is made good by the next save.
            savedStep = Folder.PublishedStep() == progress.Steps ? progress.Steps : -1;
        }

        metrics.Note("resume", Trainer.Progress.Steps);
    }

    // A yield cannot stand in a try with a catch; this is where a failure is written down before it goes on to the caller.
    private IEnumerable<TrainingStep> Guarded(CancellationToken cancellation)
    {
        using var steps = Trainer.Run(cancellation).GetEnumerator();
        while (Next(steps))
        {
            yield return steps.Current;
        }
    }

    private bool Next(IEnumerator<TrainingStep> steps)
    {
        try
        {
            return steps.MoveNext();
        }
        catch (NonFiniteException error)
        {
            metrics.Note("failure", error.Step, error.Message);
            throw;
        }
    }

    private void Record(MetricsRecord? record)
    {
        if (record is not null)
        {
            metrics.Write(record);
            tensorBoard?.Write(record);
        }
    }

    private void Tell(TrainingEvent what)
    {
        metrics.Note(what.Kind.ToString().ToLowerInvariant(), what.Step, Path.GetRelativePath(Folder.Path, what.Path));
        Happened?.Invoke(what);
    }

    private void DisposeParts()
    {
        metrics.Dispose();
        setup.Dispose();
    }
}
