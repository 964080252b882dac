using System.Text.Json;
using System.Text.Json.Serialization;
using Brownian.Samplers;

namespace Brownian.Cli.Samples;

/// <summary>Everything that has to be known to make a picture again; every PNG carries it.</summary>
internal sealed record SampleRecord
{
    /// <summary>The keyword of the text chunk with this record as JSON.</summary>
    public const string Keyword = "brownian";

    private static readonly JsonSerializerOptions Compact = new(Json.Style) { WriteIndented = false, UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip };

    /// <summary>Grows when a change of the program changes the pictures that it makes of the same record.</summary>
    public int Format { get; init; } = 1;

    /// <summary>The program's version.</summary>
    public required string Version { get; init; }

    /// <summary>libtorch's version.</summary>
    public required string Torch { get; init; }

    /// <summary>The model's folder, as it was.</summary>
    public required string Model { get; init; }

    /// <summary>SHA-256 of the weights' file.</summary>
    public required string ModelSha256 { get; init; }

    /// <summary>Whether the weights that the optimizer moves were used instead of their average.</summary>
    public bool Raw { get; init; }

    public required string Sampler { get; init; }

    /// <summary>Numbers of the sampler by name; null for its own.</summary>
    public SamplerSettings? Options { get; init; }

    public required string Spacing { get; init; }

    public required int Steps { get; init; }

    public required double Guidance { get; init; }

    /// <summary>± this number is where the belief about the data was clipped; null for no clipping.</summary>
    public double? Clip { get; init; }

    /// <summary>What a pipeline that reads texts and pictures drew; null for other models.</summary>
    public Drawings.DrawWish? Drawing { get; init; }

    /// <summary>The class label of each picture: one, or as many as a grid has; null without classes.</summary>
    public IReadOnlyList<long>? Labels { get; init; }

    /// <summary>The class's name, where there is one class and the model knows its name.</summary>
    public string? Class { get; init; }

    /// <summary>The seed of this picture, or of a grid's first; those after it have the seeds after it.</summary>
    public required ulong Seed { get; init; }

    /// <summary>float32 or bfloat16.</summary>
    public required string Precision { get; init; }

    /// <summary>cpu or cuda.</summary>
    public required string Device { get; init; }

    /// <summary>How many pictures were made at once. It decides which kernels run, and so the last bit of a number.</summary>
    public required int BatchSize { get; init; }

    /// <summary>Which picture of its batch this one is, from 0.</summary>
    public int BatchIndex { get; init; }

    /// <summary>Columns of the grid that this is; null for a single picture.</summary>
    public int? GridColumns { get; init; }

    /// <summary>Pictures in the grid; 1 for a single picture.</summary>
    public int Count { get; init; } = 1;

    public required int Channels { get; init; }

    public required int Height { get; init; }

    public required int Width { get; init; }

    /// <summary>Sampler and spacing for a person.</summary>
    /// <param name="scheduler">The class of the folder's scheduler, which stands for what is the folder's own; null if it is not known.</param>
    public string Method(string? scheduler = null)
    {
        var own = scheduler ?? "the folder's scheduler";
        var sampler = (Sampler == Drawings.Drawing.FromFolder ? own : Sampler) + (Options is null ? "" : $" ({Options})");
        return Spacing != Drawings.Drawing.FromFolder ? $"{sampler}, {Spacing}"
            : Sampler == Drawings.Drawing.FromFolder ? sampler
            : $"{sampler}, levels of {own}";
    }

    /// <summary>Reads a PNG's text; null if it was not made by this program.</summary>
    /// <exception cref="InvalidDataException">It was, but the record is damaged.</exception>
    public static SampleRecord? Read(IReadOnlyDictionary<string, string> text)
    {
        if (!text.TryGetValue(Keyword, out var json))
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize<SampleRecord>(json, Compact);
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"the picture's settings (text chunk \"{Keyword}\") are damaged: {e.Message}", e);
        }
    }

    /// <summary>The text that a PNG carries: our record, and what other programs understand.</summary>
    public IReadOnlyDictionary<string, string> ToText() => new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["parameters"] = Parameters(),
        [Keyword] = JsonSerializer.Serialize(this, Compact),
    };

    /// <summary>The grammar that AUTOMATIC1111's web UI writes and most viewers read.</summary>
    private string Parameters()
    {
        var prompt = Drawing is { } drawn ? $"{drawn.Prompt}{(drawn.Negative is { } no ? $"\nNegative prompt: {no}" : "")}" : Class ?? (Labels?.Distinct().ToArray() is [var label] ? $"class {label}" : "");
        var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Model));
        var pairs = new (string Key, string Value)[]
        {
            ("Steps", $"{Steps}"), ("Sampler", Options is null ? Sampler : $"{Sampler} ({Options})"), ("Schedule type", Spacing), ("CFG scale", $"{Guidance}"), ("Seed", $"{Seed}"),
            ("Size", $"{Width}x{Height}"), ("Model hash", ModelSha256[..10]), ("Model", name), ("Version", $"brownian {Version}"),
        };
        return $"{prompt}\n{string.Join(", ", pairs.Select(p => $"{p.Key}: {Quoted(p.Value)}"))}";
    }

    // A value with a separator in it is quoted as a JSON string.
    private static string Quoted(string value) => value.AsSpan().IndexOfAny(',', ':', '\n') >= 0 ? JsonSerializer.Serialize(value, Json.Style) : value;
}
