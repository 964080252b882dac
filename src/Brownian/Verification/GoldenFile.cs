using System.Text.Json;

namespace Brownian.Verification;

/// <summary>One JSON file of a golden folder: a network's <c>case.json</c>, or a file with scheduler cases.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Json">What it says.</param>
public sealed record GoldenFile(string Path, JsonElement Json)
{
    /// <summary>The folder that it is in.</summary>
    public string Folder => System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(Path))!;

    /// <summary>Whether it describes a network or pipeline case.</summary>
    public bool IsCase => string.Equals(System.IO.Path.GetFileName(Path), "case.json", StringComparison.Ordinal);

    /// <summary>The case's name: its own, or the folder's.</summary>
    public string Name => Text("name") ?? System.IO.Path.GetFileName(Folder);

    /// <summary>A string field; null where there is none.</summary>
    public string? Text(string field) =>
        Json.ValueKind == JsonValueKind.Object && Json.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}
