using System.Text;
using static TorchSharp.torch;

namespace Brownian.Checkpoints;

/// <summary>Fills one checkpoint of a run; see <see cref="RunFolder.SaveCheckpoint"/>. Names are plain file names without an extension.</summary>
public sealed class CheckpointWriter
{
    private readonly string folder;
    private readonly Disk disk;
    private readonly List<CheckpointManifest.Item> files = [];

    internal CheckpointWriter(string folder, long step, Disk disk)
    {
        this.folder = folder;
        this.disk = disk;
        Step = step;
    }

    /// <summary>The training step.</summary>
    public long Step { get; }

    /// <summary>Writes <paramref name="name"/>.safetensors: weights, averaged weights, optimizer moments …</summary>
    /// <param name="name">Such as <see cref="CheckpointPart.Weights"/>.</param>
    /// <param name="tensors">Names and tensors.</param>
    /// <param name="metadata">The file's notes; the step is added.</param>
    public void Tensors(string name, IEnumerable<(string Name, Tensor Tensor)> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        var notes = new Dictionary<string, string>(metadata ?? new Dictionary<string, string>(), StringComparer.Ordinal)
        {
            [WeightNotes.StepName] = Step.ToString(System.Globalization.CultureInfo.InvariantCulture),
            [WeightNotes.PartName] = name,
        };
        Bytes(name + ".safetensors", stream => SafetensorsWriter.Write(stream, tensors, notes));
    }

    /// <summary>Writes <paramref name="name"/>.json: numbers and positions (random streams, data loader, counters).</summary>
    public void Json(string name, string json) => Bytes(name + ".json", stream => stream.Write(Encoding.UTF8.GetBytes(json)));

    /// <summary>Writes a text file under its full <paramref name="name"/>, such as "config.yaml".</summary>
    public void Text(string name, string text) => Bytes(name, stream => stream.Write(Encoding.UTF8.GetBytes(text)));

    /// <summary>Writes any file under its full <paramref name="name"/>.</summary>
    /// <exception cref="ArgumentException">The name has a folder in it, or was used before.</exception>
    public void Bytes(string name, Action<Stream> write)
    {
        if (string.IsNullOrEmpty(name) || Path.GetFileName(name) != name || name[0] == '.' || name == CheckpointManifest.FileName || files.Any(f => f.Name == name))
        {
            throw new ArgumentException(
                $"name: expected a plain file name that this checkpoint does not have yet; got '{name}'. Choose another name.", nameof(name));
        }

        var file = disk.Create(Path.Combine(folder, name));
        try
        {
            using var hashing = new HashingStream(file);
            write(hashing);
            disk.Close(file);
            files.Add(new(name, hashing.Count, hashing.Sha256()));
        }
        catch
        {
            AtomicFile.Quietly(file.Dispose);
            throw;
        }
    }

    internal void Finish()
    {
        var file = disk.Create(Path.Combine(folder, CheckpointManifest.FileName));
        try
        {
            file.Write(Encoding.UTF8.GetBytes(new CheckpointManifest(Step, files).ToJson()));
            disk.Close(file);
        }
        catch
        {
            AtomicFile.Quietly(file.Dispose);
            throw;
        }
    }
}
