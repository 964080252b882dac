using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Brownian.Checkpoints;

/// <summary>The list of a checkpoint's files with sizes and SHA-256, written last: what does not match it is not whole.</summary>
/// <param name="Step">The training step.</param>
/// <param name="Files">Every file of the checkpoint but the manifest itself.</param>
internal sealed record CheckpointManifest(long Step, IReadOnlyList<CheckpointManifest.Item> Files)
{
    public const string FileName = "manifest.json";
    private const int Format = 1;
    private const int MaxBytes = 1 << 20;

    /// <summary>One file: its name in the folder, its size in bytes, and its SHA-256 in lower-case hexadecimal.</summary>
    public sealed record Item(string Name, long Bytes, string Sha256);

    /// <summary>The manifest in a folder, or why there is none.</summary>
    public static (CheckpointManifest? Manifest, string? Problem) Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        try
        {
            return new FileInfo(path) is not { Exists: true } info ? (null, "it has no manifest.json")
                : info.Length > MaxBytes ? (null, "its manifest.json is too large")
                : (Parse(File.ReadAllText(path)), null);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException or IOException)
        {
            return (null, $"its manifest.json cannot be read ({e.Message})");
        }
    }

    /// <summary>What is wrong with the folder's files, or null. <paramref name="hashes"/>: every byte is read, too.</summary>
    public string? Check(string folder, bool hashes)
    {
        foreach (var item in Files)
        {
            var info = new FileInfo(Path.Combine(folder, item.Name));
            if (!info.Exists)
            {
                return $"{item.Name} is missing";
            }

            if (info.Length != item.Bytes)
            {
                return $"{item.Name} has {info.Length} bytes instead of {item.Bytes}";
            }

            if (hashes && Hash(info.FullName) != item.Sha256)
            {
                return $"{item.Name} has another SHA-256 than when it was written";
            }
        }

        return null;
    }

    /// <summary>SHA-256 of a file, in lower-case hexadecimal.</summary>
    public static string Hash(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1 << 20, FileOptions.SequentialScan);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    /// <summary>The manifest as JSON.</summary>
    public string ToJson()
    {
        var lines = Files.Select(f => string.Create(
            CultureInfo.InvariantCulture, $"    {{ \"name\": {JsonSerializer.Serialize(f.Name)}, \"bytes\": {f.Bytes}, \"sha256\": \"{f.Sha256}\" }}"));
        return new StringBuilder("{\n")
            .Append(CultureInfo.InvariantCulture, $"  \"format\": {Format},\n  \"step\": {Step},\n  \"files\": [\n")
            .AppendJoin(",\n", lines).Append("\n  ]\n}\n").ToString();
    }

    private static CheckpointManifest Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        if (root.GetProperty("format").GetInt32() is var format && format != Format)
        {
            throw new FormatException($"its format is {format}; this program knows {Format}");
        }

        var files = root.GetProperty("files").EnumerateArray().Select(f => new Item(
            Plain(f.GetProperty("name").GetString()), f.GetProperty("bytes").GetInt64(), f.GetProperty("sha256").GetString() ?? ""));
        return new(root.GetProperty("step").GetInt64(), [.. files]);
    }

    private static string Plain(string? name) => !string.IsNullOrEmpty(name) && Path.GetFileName(name) == name
        ? name
        : throw new FormatException($"'{name}' is not a plain file name");
}
