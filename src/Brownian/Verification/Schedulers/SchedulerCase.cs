using System.Text.Json;
using System.Text.Json.Nodes;
using Brownian.Checkpoints;

namespace Brownian.Verification;

/// <summary>One row of a scheduler file.</summary>
/// <param name="Title">What tells it from its neighbours.</param>
/// <param name="Kind">The scheduler's class and what is compared.</param>
/// <param name="Compare">Runs it; null if the scheduler is not implemented.</param>
internal sealed record SchedulerCase(string Title, string Kind, Action<Comparison>? Compare)
{
    /// <summary>A row of one scheduler class; unsupported if there is no such class, or nothing to run it.</summary>
    public static SchedulerCase Of(string className, string title, JsonElement row, string what = "loop", Action<Comparison, JsonElement>? compare = null) =>
        new($"{className} {title}".Trim(), $"{className} {what}",
            compare is null || !DiffusersScheduler.Knows(className) ? null : comparison => compare(comparison, row));

    /// <summary>The scheduler of a row, with diffusers' deviations.</summary>
    public static DiffusersScheduler Scheduler(JsonElement row, string configField = "config") =>
        DiffusersScheduler.Read(row.GetProperty("scheduler").GetString()!, Config(row, configField), asDiffusers: true);

    /// <summary>The settings in a row; none if it has none.</summary>
    public static JsonObject Config(JsonElement row, string field = "config") =>
        row.TryGetProperty(field, out var config) && config.ValueKind == JsonValueKind.Object ? JsonObject.Create(config)! : [];

    /// <summary>Settings, short enough for a title.</summary>
    public static string Brief(JsonElement row, string field = "config")
    {
        var config = Config(row, field).Where(setting => !setting.Key.StartsWith("beta_", StringComparison.Ordinal) && !setting.Key.StartsWith("num_train", StringComparison.Ordinal));
        return string.Join(' ', config.Select(setting => $"{setting.Key}={Brief(setting.Value)}"));
    }

    /// <summary>A list of numbers.</summary>
    public static double[] Numbers(JsonElement row, string field) => [.. row.GetProperty(field).EnumerateArray().Select(v => v.GetDouble())];

    private static string Brief(JsonNode? value) => value switch
    {
        JsonArray { Count: > 8 } list => $"[{list.Count} numbers]",
        JsonArray or JsonObject => value.ToJsonString(),
        _ => value?.ToString() ?? "null",
    };
}
