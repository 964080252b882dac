using System.Text.Json;
using System.Text.Json.Nodes;

namespace Brownian.Checkpoints;

/// <summary>Small JSON files of a checkpoint, with errors that name the file.</summary>
internal static class JsonFile
{
    private const string Advice = "Fetch or write the folder again.";

    public static string ReadText(string path, long most = 4 << 20)
    {
        var info = new FileInfo(path);
        return !info.Exists ? throw new CheckpointFormatException(path, "the file is missing", Advice)
            : info.Length > most ? throw new CheckpointFormatException(path, $"the file has {info.Length} bytes; expected at most {most}", Advice)
            : File.ReadAllText(path);
    }

    /// <summary>The object in a file.</summary>
    /// <exception cref="CheckpointFormatException">There is none.</exception>
    public static JsonObject ReadObject(string path)
    {
        try
        {
            var node = JsonNode.Parse(ReadText(path)) as JsonObject ?? throw new JsonException("expected an object");
            _ = node.Count; // reads the properties, which fails on a name that appears twice
            return node;
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            throw new CheckpointFormatException(path, $"not the JSON of a configuration ({e.Message})", Advice, inner: e);
        }
    }

    /// <summary>A string property; null where there is none.</summary>
    public static string? Text(this JsonObject json, string name) =>
        json[name] is JsonValue value && value.TryGetValue(out string? text) ? text : null;
}
