using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Brownian.Training;

/// <summary>YAML text as a tree of JSON values and back. Plain scalars mean what YAML 1.2's core schema says.</summary>
internal static class ConfigText
{
    /// <summary>Reads one YAML document.</summary>
    /// <exception cref="FormatException">The text is not YAML, or not a mapping.</exception>
    public static JsonObject ReadObject(string yaml, string source) => Read(yaml, source) switch
    {
        JsonObject tree => tree,
        null => [],
        _ => throw new FormatException($"{source}: expected settings, one \"name: value\" a line; got a list or a single value."),
    };

    /// <summary>Reads any YAML value, such as <c>1e-3</c>, <c>[32, 64]</c> or <c>{kind: edm}</c>.</summary>
    public static JsonNode? Read(string yaml, string source)
    {
        try
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(yaml));
            return stream.Documents.Count == 0 ? null : ToJson(stream.Documents[0].RootNode);
        }
        catch (YamlException error)
        {
            throw new FormatException(
                $"{source}: line {error.Start.Line}, column {error.Start.Column}: {error.Message} Check the indentation and the colons.", error);
        }
    }

    /// <summary>Writes a tree; lists stand on one line.</summary>
    public static string Write(JsonObject tree)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        new YamlStream(new YamlDocument(ToYaml(tree)!)).Save(text, assignAnchors: false);
        var written = text.ToString().ReplaceLineEndings("\n");
        return written.EndsWith("...\n", StringComparison.Ordinal) ? written[..^4] : written;
    }

    private static JsonNode? ToJson(YamlNode node) => node switch
    {
        YamlMappingNode map => new JsonObject(map.Children.Select(pair =>
            KeyValuePair.Create(((YamlScalarNode)pair.Key).Value!, ToJson(pair.Value)))),
        YamlSequenceNode list => new JsonArray([.. list.Children.Select(ToJson)]),
        YamlScalarNode { Style: ScalarStyle.Plain or ScalarStyle.Any } plain => Plain(plain.Value ?? ""),
        YamlScalarNode quoted => JsonValue.Create(quoted.Value),
        _ => throw new FormatException("Anchors and aliases are not supported here; write the value out."),
    };

    private static JsonNode? Plain(string text) => text switch
    {
        "" or "~" or "null" or "Null" or "NULL" => null,
        "true" or "True" or "TRUE" => JsonValue.Create(true),
        "false" or "False" or "FALSE" => JsonValue.Create(false),
        _ when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) => JsonValue.Create(whole),
        _ when ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var large) => JsonValue.Create(large),
        _ when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) && double.IsFinite(real) => JsonValue.Create(real),
        _ => JsonValue.Create(text),
    };

    private static YamlNode? ToYaml(JsonNode? node) => node switch
    {
        null => new YamlScalarNode("null"),
        JsonObject tree => new YamlMappingNode(tree.SelectMany(pair => (YamlNode[])[Text(pair.Key), ToYaml(pair.Value)!])),
        JsonArray list => new YamlSequenceNode(list.Select(ToYaml).OfType<YamlNode>()) { Style = YamlDotNet.Core.Events.SequenceStyle.Flow },
        _ when node.GetValueKind() == JsonValueKind.String => Text(node.GetValue<string>()),
        _ => new YamlScalarNode(node.ToJsonString()),
    };

    private static YamlScalarNode Text(string value)
    {
        var plain = Plain(value) is JsonValue read && read.GetValueKind() == JsonValueKind.String;
        return new(value) { Style = plain ? ScalarStyle.Any : ScalarStyle.DoubleQuoted };
    }
}
