namespace Brownian.Checkpoints;

/// <summary>A whole checkpoint of a run.</summary>
public sealed class CheckpointReader
{
    private readonly CheckpointManifest manifest;

    private CheckpointReader(string path, CheckpointManifest manifest)
    {
        Path = path;
        this.manifest = manifest;
    }

    /// <summary>The checkpoint's folder.</summary>
    public string Path { get; }

    /// <summary>The training step.</summary>
    public long Step => manifest.Step;

    /// <summary>The files, without the manifest.</summary>
    public IReadOnlyList<string> Files => [.. manifest.Files.Select(f => f.Name)];

    /// <summary>The size of all files, in bytes.</summary>
    public long Bytes => manifest.Files.Sum(f => f.Bytes);

    /// <summary>Opens a checkpoint after reading and comparing every byte of it with its manifest.</summary>
    /// <exception cref="CheckpointFormatException">It is not whole.</exception>
    public static CheckpointReader Open(string path) => TryOpen(path, hashes: true, out var problem)
        ?? throw new CheckpointFormatException(path, $"the checkpoint is not whole: {problem}", "Resume from an earlier one.");

    /// <summary>Whether the checkpoint has <paramref name="name"/>.safetensors.</summary>
    public bool HasTensors(string name) => Has(name + ".safetensors");

    /// <summary>Opens <paramref name="name"/>.safetensors. The caller disposes it.</summary>
    /// <exception cref="CheckpointFormatException">The checkpoint has no such part.</exception>
    public SafetensorsFile OpenTensors(string name) => SafetensorsFile.Open(Required(name + ".safetensors"));

    /// <summary>Reads <paramref name="name"/>.json.</summary>
    /// <exception cref="CheckpointFormatException">The checkpoint has no such part.</exception>
    public string ReadJson(string name) => ReadText(name + ".json");

    /// <summary>Reads the text file of this full name.</summary>
    /// <exception cref="CheckpointFormatException">The checkpoint has no such part.</exception>
    public string ReadText(string name) => File.ReadAllText(Required(name));

    /// <summary>SHA-256 of a file by its full name, in lower-case hexadecimal, as it was written.</summary>
    /// <exception cref="CheckpointFormatException">The checkpoint has no such part.</exception>
    public string Sha256(string name)
    {
        _ = Required(name);
        return manifest.Files.First(f => f.Name == name).Sha256;
    }

    internal static CheckpointReader? TryOpen(string path, bool hashes, out string? problem)
    {
        (var manifest, problem) = CheckpointManifest.Read(path);
        problem ??= manifest!.Check(path, hashes);
        return problem is null ? new(path, manifest!) : null;
    }

    private bool Has(string file) => manifest.Files.Any(f => f.Name == file);

    private string Required(string file) => Has(file)
        ? System.IO.Path.Combine(Path, file)
        : throw new CheckpointFormatException(
            Path, $"the checkpoint has no part '{file}'; it has {string.Join(", ", Files)}", "Was it written by another kind of training?", file);
}
