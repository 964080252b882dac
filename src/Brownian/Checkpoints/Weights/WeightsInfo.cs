namespace Brownian.Checkpoints;

/// <summary>What is known of one weights' file without loading it.</summary>
/// <param name="Name">The file, relative to what was described.</param>
/// <param name="Class">The network's class as its config.json has it; null without one.</param>
/// <param name="Parameters">The number of elements of all tensors.</param>
/// <param name="Tensors">The number of tensors.</param>
/// <param name="Types">Elements by type name, such as F32.</param>
/// <param name="Bytes">The file's size.</param>
/// <param name="Sha256">Its SHA-256 in lower-case hexadecimal; null if not asked for.</param>
/// <param name="Notes">The file's own notes.</param>
public sealed record WeightsInfo(
    string Name,
    string? Class,
    long Parameters,
    int Tensors,
    IReadOnlyDictionary<string, long> Types,
    long Bytes,
    string? Sha256,
    IReadOnlyDictionary<string, string> Notes)
{
    /// <summary>The format.</summary>
    public CheckpointKind Format { get; init; } = CheckpointKind.Safetensors;

    /// <summary>What the names of the weights tell of the network; null when they are those of none that is known.</summary>
    public string? Family { get; init; }

    /// <summary>The sets of tensors in the file (weights, averages, optimizer moments); empty where there is one.</summary>
    public IReadOnlyList<string> Parts { get; init; } = [];

    /// <summary>The part that is described here, and loaded when nothing else is said.</summary>
    public string? Part { get; init; }

    internal static WeightsInfo Of(string root, string path, bool hash)
    {
        using var file = TensorFile.Open(path);
        var entries = file.Keys.Select(file.Info).ToArray();
        var types = entries.GroupBy(e => e.Type.Name, StringComparer.Ordinal)
            .OrderByDescending(g => g.Sum(e => e.Count))
            .ToDictionary(g => g.Key, g => g.Sum(e => e.Count), StringComparer.Ordinal);
        var name = File.Exists(root) ? Path.GetFileName(path) : Path.GetRelativePath(root, path);
        return new(
            name.Replace('\\', '/'), ClassBeside(path), file.ElementCount, entries.Length, types, file.Length,
            hash ? CheckpointManifest.Hash(path) : null, file.Metadata)
        {
            Format = file.Kind,
            Family = WeightFamily.Guess(file.Keys)?.Description,
            Parts = file.Parts,
            Part = file.Part,
        };
    }

    private static string? ClassBeside(string path)
    {
        var config = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, "config.json");
        return File.Exists(config) ? ClassIn(JsonFile.ReadObject(config)) : null;
    }

    // transformers names its classes in a list.
    private static string? ClassIn(System.Text.Json.Nodes.JsonObject config) => config.Text("_class_name")
        ?? ((config["architectures"] as System.Text.Json.Nodes.JsonArray)?.FirstOrDefault() is { } first ? $"{first}" : null);
}
