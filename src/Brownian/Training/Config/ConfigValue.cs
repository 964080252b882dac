using System.Text.Json;
using System.Text.Json.Nodes;

namespace Brownian.Training;

/// <summary>Single settings: whether a value is of the kind that the setting has.</summary>
internal static class ConfigValue
{
    /// <summary>The name of an enum's value in YAML.</summary>
    public static string NameOf(string value) => JsonNamingPolicy.SnakeCaseLower.ConvertName(value);

    /// <exception cref="ArgumentException">It is not, naming what was expected.</exception>
    public static void Check(JsonNode node, Type type, string path)
    {
        var kind = node.GetValueKind();
        if (type == typeof(bool) && kind is not (JsonValueKind.True or JsonValueKind.False))
        {
            throw Wrong(path, "true or false", node);
        }

        if (type == typeof(string) && kind != JsonValueKind.String)
        {
            throw Wrong(path, "a text (put numbers in quotes)", node);
        }

        if ((type == typeof(double) || type == typeof(float)) && kind != JsonValueKind.Number)
        {
            throw Wrong(path, "a number", node);
        }

        if (type.IsPrimitive && type != typeof(bool) && type != typeof(double) && type != typeof(float) && !IsWhole(node, type))
        {
            throw Wrong(path, type == typeof(ulong) ? "a whole number >= 0" : "a whole number", node);
        }

        if (type.IsEnum)
        {
            CheckEnum(node, type, path);
        }
    }

    public static ArgumentException Wrong(string path, string expected, JsonNode? node) =>
        new($"{path}: expected {expected}; got {node?.ToJsonString() ?? "null"}.");

    private static void CheckEnum(JsonNode node, Type type, string path)
    {
        var names = Enum.GetNames(type).Select(NameOf).ToArray();
        var text = node.GetValueKind() == JsonValueKind.String ? node.GetValue<string>() : node.ToJsonString();
        if (!names.Contains(text))
        {
            var advice = NearestName.Find(text, names) is { } nearest ? $" Did you mean {nearest}?" : "";
            throw new ArgumentException($"{path}: expected {string.Join(" or ", names)}; got '{text}'.{advice}");
        }
    }

    private static bool IsWhole(JsonNode node, Type type)
    {
        try
        {
            return node.GetValueKind() == JsonValueKind.Number && node.Deserialize(type) is not null;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
