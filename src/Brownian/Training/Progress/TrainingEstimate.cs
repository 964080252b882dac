using System.Diagnostics;
using Brownian.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Training;

/// <summary>What a run will need, from real steps on this machine.</summary>
public sealed record TrainingEstimate
{
    private const int MeasuredSteps = 3;

    /// <summary>Values that are trained.</summary>
    public required long Parameters { get; init; }

    /// <summary>In what the network computes.</summary>
    public required ScalarType ComputeType { get; init; }

    /// <summary>Images of the data set.</summary>
    public required int DatasetImages { get; init; }

    /// <summary>Images in a step.</summary>
    public required int Batch { get; init; }

    /// <summary>Seconds of one step: the fastest of three after one that was not counted.</summary>
    public required double SecondsPerStep { get; init; }

    /// <summary>The largest resident size of this process so far, in bytes: the steps ran in it.</summary>
    public required long PeakMemoryBytes { get; init; }

    /// <summary>Memory of parameters, their average, gradients and the optimizer's two moments, in bytes.</summary>
    public required long StateBytes { get; init; }

    /// <summary>One checkpoint on disk, in bytes.</summary>
    public required long CheckpointBytes { get; init; }

    /// <summary>The most that the run will have on disk: the checkpoints kept, one being written, and the averaged weights; in bytes.</summary>
    public required long DiskBytes { get; init; }

    /// <summary>Free space where the run will be, in bytes.</summary>
    public required long FreeDiskBytes { get; init; }

    /// <summary>Steps of the whole budget; null without one.</summary>
    public required long? Steps { get; init; }

    /// <summary>Images of a second.</summary>
    public double ImagesPerSecond => Batch / SecondsPerStep;

    /// <summary>Duration of the whole budget; null without one.</summary>
    public double? Seconds => Steps * SecondsPerStep;

    /// <summary>How often the budget goes through the data; null without one.</summary>
    public double? Epochs => (double?)Steps * Batch / DatasetImages;

    /// <summary>Builds everything that the configuration names and takes real steps with it; nothing is written.</summary>
    /// <param name="config">The run.</param>
    /// <param name="folder">Where the run would be written; it need not exist.</param>
    /// <param name="device">Where to train; the CPU if null.</param>
    /// <param name="cancellation">Checked between steps.</param>
    /// <exception cref="ArgumentException">A setting is wrong.</exception>
    public static TrainingEstimate Measure(
        TrainingConfig config, string folder, Device? device = null, CancellationToken cancellation = default)
    {
        using var setup = new TrainingSetup(config, device);
        var fastest = double.PositiveInfinity;
        foreach (var step in setup.Trainer.Run(cancellation).Take(1 + MeasuredSteps))
        {
            cancellation.ThrowIfCancellationRequested();
            fastest = step.Number == 1 ? fastest : Math.Min(fastest, step.Losses.Count / step.ImagesPerSecond);
        }

        fastest = double.IsFinite(fastest) ? fastest : setup.Trainer.Progress.Seconds;
        var parameters = setup.Trainer.ParameterCount;
        var checkpoint = setup.Trainer.State.Bytes;
        return new()
        {
            Parameters = parameters,
            ComputeType = setup.Network.ComputeType,
            DatasetImages = setup.Dataset.Count,
            Batch = config.Batch,
            SecondsPerStep = fastest,
            PeakMemoryBytes = PeakMemory(),
            StateBytes = 5 * parameters * sizeof(float),
            CheckpointBytes = checkpoint,
            DiskBytes = (config.Checkpoints.Keep + 1) * checkpoint + parameters * sizeof(float),
            FreeDiskBytes = FreeDisk(folder),
            Steps = StepsOf(config.Budget, config.Batch, fastest),
        };
    }

    internal static long? StepsOf(BudgetConfig budget, int batch, double secondsPerStep)
    {
        double?[] limits = [budget.Steps, Math.Ceiling((double)(budget.Images ?? 0) / batch) is > 0 and var n ? n : null, budget.Minutes * 60 / secondsPerStep];
        return limits.Min() is { } least ? (long)Math.Ceiling(least) : null;
    }

    private static long PeakMemory()
    {
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }

    private static long FreeDisk(string folder)
    {
        var existing = new DirectoryInfo(Path.GetFullPath(folder));
        while (!existing.Exists && existing.Parent is { } parent)
        {
            existing = parent;
        }

        return new DriveInfo(existing.FullName).AvailableFreeSpace;
    }
}
