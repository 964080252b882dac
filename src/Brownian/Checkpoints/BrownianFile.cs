using System.Text.Json;
using System.Text.Json.Serialization;
using Brownian.Parameterizations;
using Brownian.Paths;

namespace Brownian.Checkpoints;

/// <summary>brownian.json beside model_index.json: exactly what diffusers' files cannot say.</summary>
internal sealed record BrownianFile
{
    public const string FileName = "brownian.json";
    private const int MaxBytes = 16 << 20, MaxSteps = 1_000_000;

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip,
        AllowOutOfOrderMetadataProperties = true,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    public int Format { get; init; } = 1;

    public required GaussianPath Path { get; init; }

    public required Parameterization Parameterization { get; init; }

    public required ImageShape Image { get; init; }

    public int? ClassCount { get; init; }

    public IReadOnlyList<string>? ClassNames { get; init; }

    public long? NullLabel { get; init; }

    public RecommendedSampling? Sampling { get; init; }

    public Provenance? Training { get; init; }

    public static BrownianFile Of(ModelBundle bundle) => new()
    {
        Path = bundle.Model.Path,
        Parameterization = bundle.Model.Parameterization,
        Image = bundle.Image,
        ClassCount = bundle.ClassCount,
        ClassNames = bundle.ClassNames,
        NullLabel = bundle.NullLabel,
        Sampling = bundle.Sampling,
        Training = bundle.Provenance with { Step = null, Images = null, Weights = null },
    };

    /// <summary>The file of a folder; null if it has none.</summary>
    /// <exception cref="CheckpointFormatException">It has one that cannot be read.</exception>
    public static BrownianFile? Read(string folder)
    {
        var path = System.IO.Path.Combine(folder, FileName);
        if (!File.Exists(path))
        {
            return null;
        }

        var text = JsonFile.ReadText(path, MaxBytes);
        try
        {
            CheckSteps(text, path);
            var file = JsonSerializer.Deserialize<BrownianFile>(text, Json) ?? throw new JsonException("expected an object, got null");
            return file.Format == 1
                ? file
                : throw new CheckpointFormatException(path, $"its format is {file.Format}; this program knows 1", "Use the program that wrote it, or a newer one.");
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or ArgumentException or InvalidOperationException)
        {
            throw new CheckpointFormatException(path, $"it cannot be read ({e.Message})", "Restore the file from the run that wrote it.", inner: e);
        }
    }

    public string ToJson() => JsonSerializer.Serialize(this, Json) + "\n";

    // A table of steps is allocated as the path is read: a damaged number must not ask for gigabytes.
    private static void CheckSteps(string text, string path)
    {
        using var document = JsonDocument.Parse(text);
        if (document.RootElement.ValueKind == JsonValueKind.Object
            && document.RootElement.TryGetProperty("path", out var described) && described.ValueKind == JsonValueKind.Object
            && described.TryGetProperty("count", out var count) && (!count.TryGetInt32(out var steps) || steps is < 1 or > MaxSteps))
        {
            throw new CheckpointFormatException(path, $"path.count must be from 1 to {MaxSteps}", "Restore the file from the run that wrote it.");
        }
    }
}
