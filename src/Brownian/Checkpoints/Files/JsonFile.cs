using System.Runtime.InteropServices;
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
            return ParseObject(ReadText(path));
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            throw new CheckpointFormatException(path, $"not the JSON of a configuration ({e.Message})", Advice, inner: e);
        }
    }

    /// <summary>What a file's text is made into.</summary>
    /// <exception cref="CheckpointFormatException">The file is missing, or nothing can be made from it.</exception>
    public static T Make<T>(string path, Func<string, T> make)
    {
        var text = ReadText(path);
        try
        {
            return make(text);
        }
        catch (Exception e) when (e is JsonException or FormatException or NotSupportedException or ArgumentException or InvalidOperationException or OverflowException
            or NullReferenceException or ExternalException)
        {
            // Configurations are read into records, in which null may stand where a name or a list belongs.
            var reason = e is NullReferenceException ? "a setting is null that must not be" : e.Message;
            throw new CheckpointFormatException(path, $"nothing can be made from it ({reason})", "Check the configuration.", inner: e);
        }
    }

    /// <summary>The object that a text is.</summary>
    /// <exception cref="JsonException">It is none.</exception>
    /// <exception cref="ArgumentException">A name appears twice in it.</exception>
    public static JsonObject ParseObject(string text)
    {
        var node = JsonNode.Parse(text) as JsonObject ?? throw new JsonException("expected an object");
        _ = node.Count; // reads the properties, which fails on a name that appears twice
        return node;
    }

    /// <summary>A whole number; null where there is none.</summary>
    public static int? Whole(this JsonNode? json) => json is JsonValue value && value.TryGetValue(out int number) ? number : null;

    /// <summary>A string property; null where there is none.</summary>
    public static string? Text(this JsonObject json, string name) =>
        json[name] is JsonValue value && value.TryGetValue(out string? text) ? text : null;
}
