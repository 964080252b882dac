using System.Text.Json;
using static TorchSharp.torch;

namespace Brownian.Checkpoints;

/// <summary>Weights in several files with an index, <c>*.index.json</c>, that says which tensor lies where.</summary>
internal sealed class ShardedFile : TensorFile
{
    private const long MaxIndexBytes = 64 << 20;

    private readonly Dictionary<string, TensorFile> shards = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TensorFile> places = new(StringComparer.Ordinal);
    private readonly List<string> keys = [];

    private ShardedFile(string path)
        : base(path)
    {
    }

    public override CheckpointKind Kind => CheckpointKind.Sharded;

    public override long Length => shards.Values.Sum(shard => shard.Length);

    public override IReadOnlyList<string> Keys => keys;

    public override IReadOnlyDictionary<string, string> Metadata => shards.Values.FirstOrDefault()?.Metadata ?? base.Metadata;

    /// <summary>The files of the shards.</summary>
    public IReadOnlyList<string> Files => [.. shards.Values.Select(shard => shard.Path)];

    /// <summary>Opens an index and all its shards; owns the index's bytes.</summary>
    public static ShardedFile Open(MappedFile index)
    {
        using (index)
        {
            var file = new ShardedFile(index.Path);
            try
            {
                file.Fill(WeightMap(index));
                return file;
            }
            catch
            {
                file.Dispose();
                throw;
            }
        }
    }

    /// <summary>The full paths of the shards that an index names; none if it is damaged, which opening it tells.</summary>
    public static IReadOnlyList<string> ShardsOf(string index)
    {
        try
        {
            using var bytes = MappedFile.Open(index);
            var folder = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(index))!;
            return [.. WeightMap(bytes).Select(pair => System.IO.Path.Combine(folder, pair.Shard)).Distinct(StringComparer.Ordinal)];
        }
        catch (CheckpointFormatException)
        {
            return [];
        }
    }

    public override bool Contains(string key) => places.ContainsKey(key);

    public override TensorEntry Info(string key) => places.TryGetValue(key, out var shard) ? shard.Info(key) : throw Missing(key);

    internal override Tensor Borrow(string key) => places.TryGetValue(key, out var shard) ? shard.Borrow(key) : throw Missing(key);

    internal override Tensor? Share(Tensor borrowed) => shards.Values.Select(shard => shard.Share(borrowed)).FirstOrDefault(shared => shared is not null);

    protected override void Dispose(bool disposing)
    {
        foreach (var shard in shards.Values)
        {
            shard.Dispose();
        }
    }

    private static List<(string Key, string Shard)> WeightMap(MappedFile index)
    {
        if (index.Length > MaxIndexBytes)
        {
            throw Bad(index.Path, $"the index has {index.Length} bytes; expected at most {MaxIndexBytes}");
        }

        try
        {
            // JsonDocument wants bytes that it may keep.
            using var json = JsonDocument.Parse(index.Span(0, (int)index.Length).ToArray());
            return json.RootElement.TryGetProperty("weight_map", out var map)
                ? [.. map.EnumerateObject().Select(pair => (pair.Name, ShardName(index.Path, pair.Name, pair.Value.GetString())))]
                : throw Bad(index.Path, "expected an index of shards, with weight_map");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new CheckpointFormatException(index.Path, $"not the JSON of an index of shards ({e.Message})", "Fetch or write the folder again.", inner: e);
        }
    }

    // An index must not reach out of its folder.
    private static string ShardName(string index, string key, string? shard) =>
        string.IsNullOrEmpty(shard) || System.IO.Path.GetFileName(shard) != shard || shard.Contains('\\', StringComparison.Ordinal) || shard is "." or ".."
            ? throw Bad(index, $"'{shard}' is no plain file name", key)
            : shard;

    private static CheckpointFormatException Bad(string index, string problem, string? key = null) => new(index, problem, "Fetch or write the folder again.", key);

    private void Fill(List<(string Key, string Shard)> map)
    {
        foreach (var (key, name) in map)
        {
            if (!shards.TryGetValue(name, out var shard))
            {
                shards.Add(name, shard = OpenShard(name, key));
            }

            if (!shard.Contains(key))
            {
                throw Bad(Path, $"it says that {name} holds the tensor, which is not there", key);
            }

            if (!places.TryAdd(key, shard))
            {
                throw Bad(Path, "the key appears twice", key);
            }

            keys.Add(key);
        }

        foreach (var (name, shard) in shards)
        {
            if (shard.Keys.FirstOrDefault(key => !places.TryGetValue(key, out var place) || place != shard) is { } unlisted)
            {
                throw Bad(Path, $"{name} holds a tensor that the index does not list there", unlisted);
            }
        }
    }

    private TensorFile OpenShard(string name, string key)
    {
        var path = System.IO.Path.Combine(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(Path))!, name);
        if (!File.Exists(path))
        {
            throw new CheckpointFormatException(Path, $"the shard {name} is missing", "Fetch it into the same folder.", key);
        }

        using (var bytes = MappedFile.Open(path))
        {
            if (TensorFormat.KindOf(bytes) == CheckpointKind.Sharded)
            {
                throw Bad(Path, $"{name} is an index again, not a shard", key);
            }
        }

        return TensorFormat.Open(path, part: string.Empty);
    }
}
