using System.Text.Json;
using System.Text.RegularExpressions;

namespace Brownian.Data.Hub;

/// <summary>Which files of a repository are needed: configurations, tokenizers, and one set of weights a folder.</summary>
public sealed partial record HubSelection
{
    private static readonly string[] Weights = [".safetensors", ".bin", ".pt", ".pth", ".ckpt", ".npz"];

    // Other programs' copies of the same weights, and pictures.
    private static readonly string[] Foreign =
        [".msgpack", ".onnx", ".onnx_data", ".pb", ".tflite", ".h5", ".xml", ".mlmodel", ".gguf", ".png", ".jpg", ".jpeg", ".webp", ".gif", ".mp4", ".zip", ".ipynb"];

    /// <summary>The variant of the weights, such as "fp16"; the plain ones when null, or where a folder lacks it.</summary>
    public string? Variant { get; init; }

    /// <summary>Patterns with * and ? of what is wanted instead; empty for what is needed.</summary>
    public IReadOnlyList<string> Include { get; init; } = [];

    /// <summary>Patterns of what is not wanted.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>The files to fetch.</summary>
    /// <param name="files">All files of the repository.</param>
    /// <param name="index">The text of model_index.json, which names the parts of a pipeline; null without one.</param>
    public IReadOnlyList<HubFile> Choose(IReadOnlyList<HubFile> files, string? index = null)
    {
        var chosen = Include.Count > 0 ? files.Where(file => Matches(file, Include)) : Needed(files, index);
        return [.. chosen.Where(file => !Matches(file, Exclude))];
    }

    private static bool Matches(HubFile file, IReadOnlyList<string> patterns) => patterns.Any(pattern =>
        Regex.IsMatch(
            file.Path, "^" + Regex.Escape(pattern).Replace("\\*", ".*", StringComparison.Ordinal).Replace("\\?", ".", StringComparison.Ordinal) + "$",
            RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1)));

    private IEnumerable<HubFile> Needed(IReadOnlyList<HubFile> files, string? index)
    {
        var parts = index is null ? null : PartsOf(index);
        var wanted = files.Where(file => !file.Name.StartsWith('.') && !Foreign.Contains(Extension(file)) && IsIn(file, parts)).ToArray();
        return wanted.Where(file => !Weights.Contains(Extension(file)) && !IsIndex(file))
            .Concat(wanted.Where(file => Weights.Contains(Extension(file)) || IsIndex(file)).GroupBy(file => file.Folder).SelectMany(OfFolder))
            .OrderBy(file => file.Path, StringComparer.Ordinal);
    }

    // The parts of a pipeline that it has; the check of finished pictures is none that makes them.
    private static HashSet<string> PartsOf(string index)
    {
        using var json = JsonDocument.Parse(index);
        return json.RootElement.EnumerateObject()
            .Where(part => part.Value.ValueKind == JsonValueKind.Array && part.Value.GetArrayLength() == 2 && part.Value[1].ValueKind == JsonValueKind.String)
            .Select(part => part.Name).Where(name => name != "safety_checker").ToHashSet(StringComparer.Ordinal);
    }

    private static bool IsIn(HubFile file, HashSet<string>? parts) =>
        parts is null || (file.Folder.Length == 0 ? !Weights.Contains(Extension(file)) : parts.Contains(file.Path.Split('/')[0]));

    private IEnumerable<HubFile> OfFolder(IGrouping<string, HubFile> folder)
    {
        // safetensors before pickles, and of each the variant that is asked for before the plain one before any other.
        foreach (var format in Weights)
        {
            var ofFormat = folder.Where(file => FormatOf(file) == format).ToLookup(VariantOf);
            var choice = Variant is not null && ofFormat.Contains(Variant) ? Variant : ofFormat.Contains("") ? "" : ofFormat.FirstOrDefault(group => group.Key != "non_ema")?.Key;
            if (choice is not null)
            {
                return ofFormat[choice];
            }
        }

        return [];
    }

    private static string Extension(HubFile file) => System.IO.Path.GetExtension(file.Name).ToLowerInvariant();

    private static bool IsIndex(HubFile file) => file.Name.Contains(".index.", StringComparison.Ordinal) && Extension(file) == ".json";

    private static string FormatOf(HubFile file) => IsIndex(file)
        ? Weights.FirstOrDefault(format => file.Name.Contains(format + ".index.", StringComparison.Ordinal)) ?? ""
        : Extension(file);

    // model.fp16.safetensors, model.fp16-00001-of-00002.safetensors, model-00001-of-00002.fp16.safetensors, model.safetensors.index.fp16.json
    private static string VariantOf(HubFile file)
    {
        if (IsIndex(file))
        {
            return IndexVariant().Match(file.Name) is { Success: true } index ? index.Groups["variant"].Value : "";
        }

        var stem = Shard().Replace(file.Name[..^Extension(file).Length], "");
        var dot = stem.LastIndexOf('.');
        return dot >= 0 && KnownVariant().IsMatch(stem[(dot + 1)..]) ? stem[(dot + 1)..] : "";
    }

    [GeneratedRegex(@"-\d{5}-of-\d{5}", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Shard();

    [GeneratedRegex(@"\.index\.(?<variant>[A-Za-z][A-Za-z0-9_]*)\.json$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex IndexVariant();

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9_]*$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex KnownVariant();
}
