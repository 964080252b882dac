using System.Text.Json;
using Brownian.Verification.ScoreMatching;

namespace Brownian.Verification;

/// <summary>A folder of golden cases: numbers that reference implementations computed, to be computed again and compared.</summary>
public static class GoldenFolder
{
    /// <summary>The kinds of cases that can be run.</summary>
    public static IReadOnlyList<IGoldenKind> Kinds { get; } =
    [
        new UNet2DCases(), new ConditionalCases(), new Guided.GuidedCases(), new PipelineCases(), new UnClipCases(), new LatentPipelineCases(), new NcsnCases(),
        new ScoreSdeCases(), new EdmCases(),
        new Encoders.AutoencoderCases(), new Encoders.VQModelCases(), new Encoders.ClipTextCases(), new Encoders.ClipVisionCases(), new Encoders.ClipTokenCases(),
        new SchedulerCases(), new Metrics.FeatureMetricCases(), new Metrics.ImageMetricCases(), new Metrics.InceptionCases(),
    ];

    /// <summary>Runs every case under a folder, in the order of their paths. Files that are no golden cases are passed over.</summary>
    /// <param name="path">The folder, or one case's folder, or one JSON file.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder or file.</exception>
    public static IEnumerable<CaseResult> Run(string path)
    {
        if (!File.Exists(path) && !Directory.Exists(path))
        {
            throw new DirectoryNotFoundException($"golden cases: expected a folder with case.json or scheduler files; {path} does not exist.");
        }

        return Files(path).SelectMany(Results);
    }

    // A case's folder holds other JSON files (configurations, tokenizers) that are part of the case.
    private static IEnumerable<string> Files(string path)
    {
        if (File.Exists(path))
        {
            return [path];
        }

        var description = Path.Combine(path, "case.json");
        if (File.Exists(description))
        {
            return [description];
        }

        var here = Directory.EnumerateFiles(path, "*.json").Order(StringComparer.Ordinal);
        return here.Concat(Directory.EnumerateDirectories(path).Order(StringComparer.Ordinal).SelectMany(Files));
    }

    private static IEnumerable<CaseResult> Results(string path)
    {
        GoldenFile file;
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllText(path));
            file = new GoldenFile(path, document.RootElement.Clone());
        }
        catch (JsonException error)
        {
            return [CaseResult.Failed(Path.GetFileName(path), "JSON", $"{path}: not JSON: {error.Message}")];
        }

        if (Kinds.FirstOrDefault(kind => kind.Handles(file)) is { } found)
        {
            return found.Run(file);
        }

        return file.IsCase
            ? [CaseResult.Unsupported(file.Name, file.Text("cls") ?? "unknown", file.Text("checks") ?? "not implemented")]
            : [];
    }
}
