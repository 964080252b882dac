using Brownian.Cli.Live;
using Brownian.Training;

namespace Brownian.Cli.Trainings;

/// <summary>A dry run's findings for a person, with advice where something will not fit.</summary>
internal static class EstimateLines
{
    public static IReadOnlyList<(string Name, string Value)> Of(TrainingEstimate estimate)
    {
        var lines = new List<(string, string)>
        {
            ("parameters", $"{Words.Count(estimate.Parameters)}, computed in {estimate.ComputeType.ToString().ToLowerInvariant()}"),
            ("step", $"{Words.Duration(estimate.SecondsPerStep)} for {Words.Counted(estimate.Batch, "image")}: {estimate.ImagesPerSecond:0} images/s"),
            ("memory", $"{Words.Bytes(estimate.PeakMemoryBytes)} at the peak, of it {Words.Bytes(estimate.StateBytes)} for weights, gradients and optimizer"),
            ("disk", $"{Words.Bytes(estimate.DiskBytes)} at most, {Words.Bytes(estimate.CheckpointBytes)} a checkpoint; {Words.Bytes(estimate.FreeDiskBytes)} are free"),
            ("budget", estimate is { Steps: { } steps, Seconds: { } seconds, Epochs: { } epochs }
                ? $"{Words.Counted(steps, "step")} in {Words.Duration(seconds)}: {Words.Number(epochs)} times through {Words.CountedShort(estimate.DatasetImages, "image")}"
                : "none: it trains until you stop it"),
        };
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        if (estimate.PeakMemoryBytes > 0.9 * memory)
        {
            lines.Add(("advice", $"memory is nearly full: --set accumulate=2 computes the same batch in two pieces"));
        }

        if (estimate.DiskBytes > estimate.FreeDiskBytes)
        {
            lines.Add(("advice", "the disk is too small: choose another with --out, or --set checkpoints.keep=1"));
        }

        return lines;
    }
}
