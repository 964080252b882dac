using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace Brownian.Training;

/// <summary>Settings as a tree: layered, changed by path, and compared with the types they are for, so that a typo is an error.</summary>
internal static class ConfigTree
{
    private const string Kind = "kind";

    /// <summary>Lays <paramref name="over"/> on <paramref name="under"/>: settings replace settings, groups are merged, lists are replaced.</summary>
    public static JsonObject Merge(JsonObject under, JsonObject over)
    {
        var merged = under.DeepClone().AsObject();
        foreach (var (name, value) in over)
        {
            merged[name] = value is JsonObject changed && Spelled(merged[name]) is { } old && SameKind(old, changed)
                ? Merge(old, changed)
                : value?.DeepClone();
        }

        return merged;
    }

    /// <summary>Applies <c>a.b=value</c>; the value is YAML.</summary>
    /// <exception cref="FormatException">There is no = or no name.</exception>
    public static JsonObject Set(JsonObject tree, string assignment)
    {
        var equals = assignment.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0)
        {
            throw new FormatException($"--set: expected name=value, such as optimizer.learning_rate=1e-3; got '{assignment}'.");
        }

        JsonNode? value = ConfigText.Read(assignment[(equals + 1)..], "--set " + assignment);
        foreach (var name in assignment[..equals].Trim().Split('.').Reverse())
        {
            value = new JsonObject { [name] = value };
        }

        return Merge(tree, value!.AsObject());
    }

    /// <summary>
    /// Compares a tree with the type that it is for, and writes <c>{kind: x}</c> where only <c>x</c> or nothing was given.
    /// </summary>
    /// <exception cref="ArgumentException">A name that the type does not have, or a value of another kind.</exception>
    public static JsonNode? Checked(JsonNode? node, Type type, string path, JsonSerializerOptions options)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (node is null)
        {
            return null;
        }

        var info = options.GetTypeInfo(type);
        if (info.PolymorphismOptions is { } polymorphism)
        {
            node = node is JsonValue shorthand ? new JsonObject { [Kind] = shorthand.DeepClone() } : WithDefaultKind(node, type);
            info = options.GetTypeInfo(KindOf(node, polymorphism, path));
        }

        if (info.Kind == JsonTypeInfoKind.Object)
        {
            return CheckedObject(node, info, path, options);
        }

        ConfigValue.Check(node, type, path);
        return node.DeepClone();
    }

    private static JsonObject CheckedObject(JsonNode node, JsonTypeInfo info, string path, JsonSerializerOptions options)
    {
        if (node is not JsonObject tree)
        {
            throw ConfigValue.Wrong(path, "a group of settings", node);
        }

        var names = info.Properties.Where(p => p.Set is not null || p.AssociatedParameter is not null).ToArray();
        var result = new JsonObject();
        foreach (var (name, value) in tree)
        {
            var full = path.Length == 0 ? name : $"{path}.{name}";
            if (name == Kind)
            {
                result[name] = value?.DeepClone();
            }
            else if (names.FirstOrDefault(p => p.Name == name) is { } property)
            {
                result[name] = Checked(value, property.PropertyType, full, options);
            }
            else
            {
                throw Unknown(full, name, [.. names.Select(p => p.Name)], "setting");
            }
        }

        return result;
    }

    private static JsonNode WithDefaultKind(JsonNode node, Type type)
    {
        if (node is not JsonObject tree || tree.ContainsKey(Kind) || type.GetCustomAttribute<DefaultKindAttribute>() is not { } usual)
        {
            return node;
        }

        var spelled = tree.DeepClone().AsObject();
        spelled.Insert(0, Kind, usual.Kind);
        return spelled;
    }

    private static Type KindOf(JsonNode node, JsonPolymorphismOptions polymorphism, string path)
    {
        var kinds = polymorphism.DerivedTypes.ToDictionary(d => (string)d.TypeDiscriminator!, d => d.DerivedType, StringComparer.Ordinal);
        var kind = (node as JsonObject)?[Kind] is JsonValue value && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : null;
        if (kind is null)
        {
            throw new ArgumentException($"{path}: expected a group of settings with a kind ({string.Join(", ", kinds.Keys)}); got {node.ToJsonString()}.");
        }

        return kinds.TryGetValue(kind, out var type) ? type : throw Unknown($"{path}.kind", kind, [.. kinds.Keys], "kind");
    }

    private static ArgumentException Unknown(string path, string name, IReadOnlyList<string> known, string what)
    {
        var advice = NearestName.Find(name, known) is { } nearest ? $"Did you mean {nearest}?" : $"There are: {string.Join(", ", known)}.";
        return new($"{path}: there is no {what} '{name}'. {advice}");
    }

    // "output: v" is short for "output: {kind: v}".
    private static JsonObject? Spelled(JsonNode? node) =>
        node is JsonValue value && value.GetValueKind() == JsonValueKind.String ? new() { [Kind] = value.DeepClone() } : node as JsonObject;

    private static bool SameKind(JsonObject old, JsonObject changed) =>
        changed[Kind] is null || (old[Kind] is { } kind && JsonNode.DeepEquals(kind, changed[Kind]));
}
