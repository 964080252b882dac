using System.Text.Json;

namespace Brownian.Checkpoints;

/// <summary>Settings of another program, which are given as JSON.</summary>
internal static class GivenSettings
{
    /// <summary>What is read from them.</summary>
    /// <param name="program">What they are settings of.</param>
    /// <param name="read">Reads them.</param>
    /// <exception cref="ArgumentException">They are no JSON, or not such settings.</exception>
    public static T Read<T>(string program, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or OverflowException)
        {
            throw new ArgumentException($"config: these are no settings of {program} ({e.Message}).", e);
        }
    }

    /// <summary>What is read from a JSON object; from an empty one where none is given.</summary>
    /// <inheritdoc cref="Read{T}(string, Func{T})"/>
    /// <param name="program">What they are settings of.</param>
    /// <param name="json">The object's text; null if none is given.</param>
    /// <param name="read">Reads them.</param>
    public static T Read<T>(string program, string? json, Func<JsonElement, T> read) => Read(program, () =>
    {
        using var document = JsonDocument.Parse(json ?? "{}");
        return read(document.RootElement);
    });
}
