using System.Buffers.Binary;
using System.Text.Json;

namespace Brownian.Checkpoints;

/// <summary>Reads and checks a safetensors header: 8 bytes of length (little-endian), JSON, then the tensors' bytes without gaps.</summary>
internal sealed class SafetensorsHeader
{
    /// <summary>The format's own limit on the JSON, in bytes.</summary>
    public const long MaxJsonBytes = 100_000_000;

    /// <summary>libtorch's limit on dimensions.</summary>
    public const int MaxRank = 64;

    internal const string Damaged = "The file is damaged or not a safetensors file: fetch or write it again";

    private readonly string file;
    private readonly Dictionary<string, string> metadata = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SafetensorsEntry> entries = new(StringComparer.Ordinal);
    private readonly List<long> shape = [];
    private bool hasMetadata;

    private SafetensorsHeader(string file) => this.file = file;

    public IReadOnlyDictionary<string, string> Metadata => metadata;

    /// <summary>The entries by name.</summary>
    public IReadOnlyDictionary<string, SafetensorsEntry> Entries => entries;

    /// <summary>The names in the order of their bytes.</summary>
    public IReadOnlyList<string> Keys { get; private set; } = [];

    /// <summary>The length of the JSON that <paramref name="prefix"/> (the file's first 8 bytes) announces, checked against the file's length.</summary>
    public static long JsonLength(ReadOnlySpan<byte> prefix, long fileLength, string file)
    {
        if (prefix.Length < 8)
        {
            throw new CheckpointFormatException(file, $"expected at least 8 bytes, got {fileLength}", Damaged + ".", offset: 0);
        }

        var length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length > MaxJsonBytes)
        {
            throw new CheckpointFormatException(
                file, $"the header says it is {length} bytes long; the format allows {MaxJsonBytes}", Damaged + ".", offset: 0);
        }

        if ((long)length > fileLength - 8)
        {
            throw new CheckpointFormatException(
                file, $"the header says it is {length} bytes long, but only {fileLength - 8} follow", "The file is truncated: fetch or write it again.", offset: 0);
        }

        return (long)length;
    }

    /// <summary>Parses the JSON, <paramref name="json"/>, of a file of <paramref name="fileLength"/> bytes.</summary>
    public static SafetensorsHeader Parse(ReadOnlySpan<byte> json, long fileLength, string file)
    {
        var header = new SafetensorsHeader(file);
        if (json.IsEmpty || json[0] != (byte)'{')
        {
            throw header.Bad("the header must begin with '{'", null, 8);
        }

        var reader = new Utf8JsonReader(json);
        try
        {
            header.ReadAll(ref reader, 8 + json.Length);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a string that is not UTF-8.
            throw new CheckpointFormatException(
                file, $"the header is not the JSON of a safetensors file ({e.Message})", Damaged + ".", null, 8 + reader.BytesConsumed, e);
        }

        header.Keys = SafetensorsLayout.InOrder(header.entries.Values, 8 + json.Length, fileLength, file);
        return header;
    }

    private void ReadAll(ref Utf8JsonReader reader, long dataStart)
    {
        Expect(ref reader, JsonTokenType.StartObject, null, "an object");
        while (Next(ref reader) == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            if (name == "__metadata__")
            {
                ReadMetadata(ref reader);
                continue;
            }

            var at = 8 + reader.TokenStartIndex;
            var entry = ReadEntry(ref reader, name, dataStart);
            if (!entries.TryAdd(name, entry))
            {
                throw Bad("the key appears twice", name, at);
            }
        }

        if (reader.Read())
        {
            throw Bad("something follows the header's closing brace", null, 8 + reader.TokenStartIndex);
        }
    }

    private void ReadMetadata(ref Utf8JsonReader reader)
    {
        if (hasMetadata)
        {
            throw Bad("__metadata__ appears twice", "__metadata__", 8 + reader.TokenStartIndex);
        }

        hasMetadata = true;
        Expect(ref reader, JsonTokenType.StartObject, "__metadata__", "an object of strings");
        while (Next(ref reader) == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            Expect(ref reader, JsonTokenType.String, "__metadata__", "a string");
            if (!metadata.TryAdd(name, reader.GetString()!))
            {
                throw Bad($"the name '{name}' appears twice", "__metadata__", 8 + reader.TokenStartIndex);
            }
        }
    }

    private SafetensorsEntry ReadEntry(ref Utf8JsonReader reader, string key, long dataStart)
    {
        Expect(ref reader, JsonTokenType.StartObject, key, "an object with dtype, shape and data_offsets");
        var start = 8 + reader.TokenStartIndex;
        SafetensorsType? type = null;
        long[]? dimensions = null, range = null;
        while (Next(ref reader) == JsonTokenType.PropertyName)
        {
            var at = 8 + reader.TokenStartIndex;
            var field = reader.GetString()!;
            var twice = field switch
            {
                "dtype" => type is not null,
                "shape" => dimensions is not null,
                "data_offsets" => range is not null,
                _ => throw Bad($"unknown field '{field}'; expected dtype, shape and data_offsets", key, at),
            };
            if (twice)
            {
                throw Bad($"the field '{field}' appears twice", key, at);
            }

            if (field == "dtype")
            {
                type = ReadType(ref reader, key);
            }
            else if (field == "shape")
            {
                dimensions = ReadNumbers(ref reader, key, "shape", MaxRank);
            }
            else
            {
                range = ReadNumbers(ref reader, key, "data_offsets", 2);
            }
        }

        if (type is null || dimensions is null || range is not { Length: 2 })
        {
            throw Bad("expected dtype, shape and data_offsets [begin, end]", key, start);
        }

        if (SafetensorsLayout.SizeProblem(type, dimensions, range) is { } problem)
        {
            throw Bad(problem, key, start);
        }

        var begin = checked(dataStart + range[0]);
        return new(key, type, dimensions, begin, checked(dataStart + range[1])) { Offset = begin };
    }

    private SafetensorsType ReadType(ref Utf8JsonReader reader, string key)
    {
        Expect(ref reader, JsonTokenType.String, key, "the dtype's name");
        var name = reader.GetString()!;
        return SafetensorsType.Find(name) ?? throw Bad(
            $"unknown dtype '{(name.Length > 40 ? name[..40] + "…" : name)}'; known are {string.Join(", ", SafetensorsType.All.Select(t => t.Name))}",
            key, 8 + reader.TokenStartIndex);
    }

    private long[] ReadNumbers(ref Utf8JsonReader reader, string key, string field, int most)
    {
        Expect(ref reader, JsonTokenType.StartArray, key, $"{field} as an array");
        shape.Clear();
        while (Next(ref reader) != JsonTokenType.EndArray)
        {
            // A quarter of long's range, so that sums with the data's start cannot overflow.
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out var number) || number is < 0 or > long.MaxValue / 4)
            {
                throw Bad($"{field} must hold whole numbers from 0 to {long.MaxValue / 4}", key, 8 + reader.TokenStartIndex);
            }

            if (shape.Count == most)
            {
                throw Bad($"{field} has more than {most} numbers", key, 8 + reader.TokenStartIndex);
            }

            shape.Add(number);
        }

        return [.. shape];
    }

    private static JsonTokenType Next(ref Utf8JsonReader reader) =>
        reader.Read() ? reader.TokenType : throw new JsonException("the JSON ends too early");

    private void Expect(ref Utf8JsonReader reader, JsonTokenType type, string? key, string what)
    {
        if (Next(ref reader) != type)
        {
            throw Bad($"expected {what}, got {reader.TokenType}", key, 8 + reader.TokenStartIndex);
        }
    }

    private CheckpointFormatException Bad(string problem, string? key, long offset) => new(file, problem, Damaged + ".", key, offset);
}
