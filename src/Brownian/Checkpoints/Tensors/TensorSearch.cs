namespace Brownian.Checkpoints;

/// <summary>Finds the weights in a network's folder, in any format that is read.</summary>
internal static class TensorSearch
{
    private static readonly string[] Names = ["diffusion_pytorch_model", "model", "pytorch_model"];

    // safetensors first: they are mapped, and hold nothing but numbers.
    private static readonly string[] Endings =
    [
        ".safetensors", ".safetensors.index.json", ".fp16.safetensors", ".safetensors.index.fp16.json", ".non_ema.safetensors", ".bin", ".bin.index.json", ".fp16.bin",
    ];

    private static readonly string[] Extensions = [".safetensors", ".bin", ".pt", ".pth", ".ckpt", ".npz"];

    /// <summary>The weights' file of a folder: the one with a usual name, or the only one.</summary>
    /// <exception cref="CheckpointFormatException">There is none, or more than one that could be meant.</exception>
    public static string In(string folder)
    {
        foreach (var ending in Endings)
        {
            if (Names.Select(name => Path.Combine(folder, name + ending)).FirstOrDefault(File.Exists) is { } usual)
            {
                return usual;
            }
        }

        string[] others = Directory.Exists(folder) ? [.. Directory.EnumerateFiles(folder).Where(IsWeights).Order(StringComparer.Ordinal)] : [];
        return others switch
        {
            [var only] => only,
            [] => throw new CheckpointFormatException(
                Path.Combine(folder, DiffusersFolder.WeightsFile), "the file is missing", "Give a folder with safetensors, a PyTorch file or .npz arrays."),
            _ => throw new CheckpointFormatException(
                folder, $"several files could be the weights: {string.Join(", ", others.Take(8).Select(Path.GetFileName))}", "Give the file that is meant."),
        };
    }

    /// <summary>All weights' files of a folder that are not shards of another.</summary>
    public static IReadOnlyList<string> AllIn(string folder, SearchOption depth)
    {
        string[] files = [.. Directory.EnumerateFiles(folder, "*", depth).Order(StringComparer.Ordinal)];
        string[] indexes = [.. files.Where(IsIndex)];
        var shards = indexes.SelectMany(ShardedFile.ShardsOf).ToHashSet(StringComparer.Ordinal);
        return [.. files.Where(IsWeights).Where(file => !shards.Contains(Path.GetFullPath(file))).Concat(indexes)];
    }

    private static bool IsWeights(string path) => Extensions.Contains(Path.GetExtension(path).ToLowerInvariant());

    private static bool IsIndex(string path) =>
        Path.GetFileName(path) is var name && name.EndsWith(".json", StringComparison.Ordinal) && name.Contains(".index.", StringComparison.Ordinal);
}
