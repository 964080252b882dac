using System.Text.Json;
using System.Text.Json.Serialization;

namespace Brownian.Networks;

/// <summary>How diffusers writes configurations: names in snake case, null where nothing is said, fields that are not known passed over.</summary>
internal static class DiffusersJson
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        NumberHandling = JsonNumberHandling.AllowReadingFromString,
    };

    /// <exception cref="JsonException">The text is not JSON of this layout.</exception>
    public static T Read<T>(string json, string className)
        where T : class => JsonSerializer.Deserialize<T>(json, Options) ?? throw new JsonException($"{className}: expected an object; got null.");

    public static string Write<T>(T config) => JsonSerializer.Serialize(config, Options);
}
