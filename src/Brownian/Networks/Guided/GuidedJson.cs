using System.Text.Json;

namespace Brownian.Networks.Guided;

/// <summary>Constructor arguments of guided-diffusion's networks as JSON.</summary>
internal static class GuidedJson
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
    };

    public static T Read<T>(string json)
        where T : NetworkConfig => JsonSerializer.Deserialize<T>(json, Options) ?? throw new JsonException($"{typeof(T).Name}: expected an object; got null.");

    // As the base type, so that the kind is written too.
    public static string Write(NetworkConfig config) => JsonSerializer.Serialize(config, Options);
}
