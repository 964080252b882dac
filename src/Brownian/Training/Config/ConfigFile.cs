using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Brownian.Training;

/// <summary>
/// Reads and writes a <see cref="TrainingConfig"/> as YAML, in layers: a preset, a family over it, a file over both, and single settings over
/// all.
/// </summary>
/// <remarks>
/// A layer replaces single settings of the one beneath, with one exception: a budget replaces the whole budget, since the first limit that
/// is reached ends a run and "1000 steps" shall not end after a preset's minutes.
/// </remarks>
public static class ConfigFile
{
    private const string Budget = "budget";

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        AllowOutOfOrderMetadataProperties = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false) },
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
    };

    /// <summary>Puts a configuration together.</summary>
    /// <param name="preset">The name of a preset to start from; null for the defaults, or for the one that the file names as <c>preset:</c>.</param>
    /// <param name="yaml">Text laid over it; null for none.</param>
    /// <param name="settings">Assignments such as <c>optimizer.learning_rate=1e-3</c>, laid over all.</param>
    /// <param name="family">The name of a family, laid over the preset; null for none, or for the one that the file names as <c>family:</c>.</param>
    /// <exception cref="ArgumentException">A name that does not exist, with the nearest that does; or a value out of range.</exception>
    /// <exception cref="FormatException">The text is not YAML.</exception>
    public static TrainingConfig Load(
        string? preset = null, string? yaml = null, IEnumerable<string>? settings = null, string? family = null)
    {
        var file = yaml is null ? [] : ConfigText.ReadObject(yaml, "configuration");
        (preset, family) = (Taken(file, "preset", preset), Taken(file, "family", family));
        var tree = new JsonObject();
        if (preset is not null)
        {
            tree = Spelled(ConfigText.ReadObject(Presets.Text(preset), "preset " + preset));
        }

        if (family is not null)
        {
            tree = Spelled(Layered(tree, ConfigText.ReadObject(Families.Text(family), "family " + family)));
        }

        return FromTree(Layered(Layered(tree, file), Tree(settings ?? [])));
    }

    /// <summary>Reads YAML as <see cref="Write"/> wrote it.</summary>
    /// <inheritdoc cref="Load" path="/exception"/>
    public static TrainingConfig Read(string yaml) => Load(yaml: yaml);

    /// <summary>Changes single settings.</summary>
    /// <param name="config">The configuration before.</param>
    /// <param name="settings">Assignments such as <c>budget.minutes=30</c>.</param>
    /// <inheritdoc cref="Load" path="/exception"/>
    public static TrainingConfig With(TrainingConfig config, IEnumerable<string> settings) =>
        FromTree(Layered(ToTree(config), Tree(settings)));

    /// <summary>The whole configuration as YAML; reading it gives an equal one.</summary>
    public static string Write(TrainingConfig config) => ConfigText.Write(ToTree(config));

    private static JsonObject Tree(IEnumerable<string> settings) => settings.Aggregate(new JsonObject(), ConfigTree.Set);

    private static string? Taken(JsonObject file, string name, string? said) =>
        file.Remove(name, out var named) ? said ?? named?.ToString() : said;

    // With every kind written out, so that a layer over it that names a kind is seen to keep or to change it.
    private static JsonObject Spelled(JsonObject tree) => ConfigTree.Checked(tree, typeof(TrainingConfig), "", Json)!.AsObject();

    private static JsonObject Layered(JsonObject under, JsonObject over)
    {
        if (over.ContainsKey(Budget))
        {
            under.Remove(Budget);
        }

        // The settings of one sampler are not those of another.
        if (over["samples"] is JsonObject chosen && chosen.ContainsKey("sampler"))
        {
            (under["samples"] as JsonObject)?.Remove("options");
        }

        return ConfigTree.Merge(under, over);
    }

    private static JsonObject ToTree(TrainingConfig config) => JsonSerializer.SerializeToNode(config, Json)!.AsObject();

    private static TrainingConfig FromTree(JsonObject tree)
    {
        var config = Deserialized(Spelled(tree));
        config.Validate();
        return config;
    }

    private static TrainingConfig Deserialized(JsonNode? tree)
    {
        try
        {
            return tree.Deserialize<TrainingConfig>(Json)!;
        }
        catch (JsonException error)
        {
            throw new ArgumentException($"{error.Path?.TrimStart('$', '.')}: {error.Message}", error);
        }
    }
}
