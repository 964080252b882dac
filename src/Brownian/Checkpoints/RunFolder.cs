using System.Globalization;
using static TorchSharp.torch;

namespace Brownian.Checkpoints;

/// <summary>
/// The layout of a training run. The folder itself is a diffusers folder with the averaged weights (model_index.json, unet/,
/// scheduler/, brownian.json); beside it stand config.yaml, metrics.jsonl, samples/ and checkpoints/step-0001000/ with everything that
/// training needs to go on.
/// </summary>
/// <remarks>
/// A kill at any instant or a full disk leaves no checkpoint that looks whole but is not: each is filled under another name, ends with a
/// manifest of sizes and SHA-256, and is renamed. One process at a time may write a run.
/// </remarks>
public sealed class RunFolder : IDisposable
{
    private const string Prefix = "step-";
    private readonly Disk disk;
    private readonly RunLock? runLock;

    private RunFolder(string path, RunLock? runLock, Disk disk)
    {
        Path = path;
        this.runLock = runLock;
        this.disk = disk;
    }

    /// <summary>The run's folder.</summary>
    public string Path { get; }

    /// <summary>How many of the latest checkpoints stay; at least 1.</summary>
    public int Keep { get; set; } = 2;

    /// <summary>The configuration as trained.</summary>
    public string ConfigPath => In(CheckpointPart.Config);

    /// <summary>One JSON object a line and a training step.</summary>
    public string MetricsPath => In("metrics.jsonl");

    /// <summary>Pictures made during training.</summary>
    public string SamplesPath => In("samples");

    /// <summary>The folder of the checkpoints.</summary>
    public string CheckpointsPath => In("checkpoints");

    /// <summary>Starts a run in a folder that does not exist, is empty, or holds no run, and locks it.</summary>
    /// <exception cref="RunExistsException">The folder holds a run already.</exception>
    /// <exception cref="IOException">Another process writes it.</exception>
    public static RunFolder Create(string path) => Create(path, Disk.Real);

    /// <summary>Opens a run to go on with it: locks it and clears away what a killed trainer left half-written.</summary>
    /// <exception cref="CheckpointFormatException">The folder is not a run.</exception>
    /// <exception cref="IOException">Another process writes it.</exception>
    public static RunFolder Open(string path) => Open(path, Disk.Real);

    /// <summary>Opens a run only to look at it, whether or not it is being written.</summary>
    /// <exception cref="CheckpointFormatException">The folder is not a run.</exception>
    public static RunFolder OpenRead(string path)
    {
        RequireRun(path);
        return new(path, null, Disk.Real);
    }

    /// <summary>Whether a folder is a training run.</summary>
    public static bool IsRun(string path) => Directory.Exists(System.IO.Path.Combine(path, "checkpoints"));

    /// <summary>Saves a checkpoint: all of it or nothing. Then all but the latest <see cref="Keep"/> are deleted.</summary>
    /// <param name="step">The training step, ≥ 0. A checkpoint of the same step is replaced.</param>
    /// <param name="write">Writes its parts.</param>
    /// <returns>The checkpoint's folder.</returns>
    /// <exception cref="IOException">It could not be written, for instance because the disk is full; those before it are still there.</exception>
    public string SaveCheckpoint(long step, Action<CheckpointWriter> write)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        RequireWritable();
        var folder = System.IO.Path.Combine(CheckpointsPath, Prefix + step.ToString("D7", CultureInfo.InvariantCulture));
        AtomicFolder.Write(
            folder,
            temporary =>
            {
                var writer = new CheckpointWriter(temporary, step, disk);
                write(writer);
                writer.Finish();
            },
            replace: true,
            disk);
        DeleteOld();
        return folder;
    }

    /// <summary>The latest checkpoint every byte of which is as it was written; null if there is none.</summary>
    /// <param name="skipped">Folders that are not whole, each with the reason.</param>
    public CheckpointReader? LatestCheckpoint(out IReadOnlyList<string> skipped)
    {
        var reasons = new List<string>();
        skipped = reasons;
        foreach (var folder in Folders())
        {
            if (CheckpointReader.TryOpen(folder, hashes: true, out var problem) is { } whole)
            {
                return whole;
            }

            reasons.Add($"{System.IO.Path.GetFileName(folder)}: {problem}");
        }

        return null;
    }

    /// <inheritdoc cref="LatestCheckpoint(out IReadOnlyList{string})"/>
    public CheckpointReader? LatestCheckpoint() => LatestCheckpoint(out _);

    /// <summary>The whole checkpoints, latest first. Sizes are compared, bytes are not.</summary>
    public IReadOnlyList<CheckpointReader> Checkpoints() =>
        [.. Folders().Select(f => CheckpointReader.TryOpen(f, hashes: false, out _)).OfType<CheckpointReader>()];

    /// <summary>Writes config.yaml.</summary>
    public void WriteConfig(string yaml)
    {
        RequireWritable();
        AtomicFile.Write(ConfigPath, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(yaml)), disk);
    }

    /// <summary>
    /// Makes the run folder a diffusers folder with these weights, or renews them. Each file is replaced atomically; the weights carry
    /// their step, so that they are never taken for another's.
    /// </summary>
    /// <param name="bundle">The model and what is known of it.</param>
    /// <param name="weights">The averaged weights under the network's names.</param>
    public void Publish(ModelBundle bundle, IEnumerable<(string Name, Tensor Tensor)> weights)
    {
        RequireWritable();
        DiffusersFolder.Write(Path, bundle, weights, disk);
    }

    /// <summary>The step of the weights that <see cref="Publish"/> wrote last; null if there are none. A kill may leave it behind the latest checkpoint.</summary>
    public long? PublishedStep()
    {
        var path = System.IO.Path.Combine(Path, "unet", DiffusersFolder.WeightsFile);
        if (!DiffusersFolder.IsDiffusers(Path) || !File.Exists(path))
        {
            return null;
        }

        using var file = SafetensorsFile.Open(path);
        return WeightNotes.Step(file.Metadata);
    }

    /// <summary>Lets others write the run.</summary>
    public void Dispose() => runLock?.Dispose();

    internal static RunFolder Create(string path, Disk disk)
    {
        if (IsRun(path) && new RunFolder(path, null, disk) is var old && (File.Exists(old.ConfigPath) || old.Folders().Any()))
        {
            throw new RunExistsException(path);
        }

        disk.CreateDirectory(path);
        return Locked(path, disk);
    }

    internal static RunFolder Open(string path, Disk disk)
    {
        RequireRun(path);
        return Locked(path, disk);
    }

    private static RunFolder Locked(string path, Disk disk)
    {
        var taken = RunLock.Take(path);
        try
        {
            var run = new RunFolder(path, taken, disk);
            disk.CreateDirectory(run.CheckpointsPath);
            disk.CreateDirectory(run.SamplesPath);
            run.CleanLeftovers();
            return run;
        }
        catch
        {
            taken.Dispose();
            throw;
        }
    }

    private static void RequireRun(string path)
    {
        if (!IsRun(path))
        {
            throw new CheckpointFormatException(
                path, Directory.Exists(path) ? "the folder is not a training run: it has no checkpoints/" : "there is no such folder",
                "Give the folder that `brownian train --out` wrote.");
        }
    }

    private void RequireWritable()
    {
        if (runLock is null)
        {
            throw new InvalidOperationException($"{Path} was opened for reading. Open it with RunFolder.Open to write it.");
        }
    }

    // The lock is ours, so whatever is half-written was left by a trainer that is dead.
    private void CleanLeftovers()
    {
        foreach (var folder in (string[])[Path, CheckpointsPath, SamplesPath, In("unet"), In("scheduler")])
        {
            if (Directory.Exists(folder))
            {
                foreach (var left in Directory.EnumerateFiles(folder, ".*" + AtomicFile.Suffix))
                {
                    disk.DeleteFile(left);
                }

                foreach (var left in Directory.EnumerateDirectories(folder, ".*" + AtomicFile.Suffix))
                {
                    disk.DeleteDirectory(left);
                }
            }
        }
    }

    // Latest first; a replaced checkpoint counts until its successor has its name.
    private IEnumerable<string> Folders() =>
        from folder in Directory.EnumerateDirectories(CheckpointsPath, Prefix + "*")
        let name = System.IO.Path.GetFileName(folder)
        let displaced = name.EndsWith(AtomicFolder.Displaced, StringComparison.Ordinal)
        let digits = displaced ? name[Prefix.Length..^AtomicFolder.Displaced.Length] : name[Prefix.Length..]
        where long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out _)
        orderby long.Parse(digits, CultureInfo.InvariantCulture) descending, displaced
        select folder;

    private void DeleteOld()
    {
        var whole = Checkpoints();
        foreach (var old in whole.Skip(Math.Max(1, Keep)))
        {
            AtomicFile.Quietly(() => AtomicFolder.Delete(old.Path, disk));
        }
    }

    private string In(string name) => System.IO.Path.Combine(Path, name);
}
