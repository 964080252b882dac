using System.Text.Json;

namespace Brownian.Checkpoints.Foreign;

/// <summary>Fields of the configuration of another program, with its defaults.</summary>
internal static class JsonFields
{
    /// <summary>A section; an empty one where there is none.</summary>
    public static JsonElement Section(this JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var section) ? section : default;

    public static int Int(this JsonElement json, string name, int otherwise) => Find(json, name) is { } value ? (int)value.GetDouble() : otherwise;

    public static double Double(this JsonElement json, string name, double otherwise) => Find(json, name) switch
    {
        { ValueKind: JsonValueKind.String } text => text.GetString() is "inf" or "Infinity" ? double.PositiveInfinity : double.Parse(
            text.GetString()!, System.Globalization.CultureInfo.InvariantCulture),
        { } value => value.GetDouble(),
        null => otherwise,
    };

    public static bool Bool(this JsonElement json, string name, bool otherwise) => Find(json, name) is { } value ? value.GetBoolean() : otherwise;

    public static string Text(this JsonElement json, string name, string otherwise) => Find(json, name)?.GetString() ?? otherwise;

    public static IReadOnlyList<int> Ints(this JsonElement json, string name, IReadOnlyList<int> otherwise) =>
        Find(json, name) is { } value ? [.. value.EnumerateArray().Select(item => item.GetInt32())] : otherwise;

    public static IReadOnlyList<double> Doubles(this JsonElement json, string name, IReadOnlyList<double> otherwise) =>
        Find(json, name) is { } value ? [.. value.EnumerateArray().Select(item => item.GetDouble())] : otherwise;

    private static JsonElement? Find(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
}
