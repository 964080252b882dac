using System.Globalization;
using System.Text.Json;
using Parquet;
using Parquet.Schema;

namespace Brownian.Data.Sources;

/// <summary>
/// Parquet files as Hugging Face lays out image sets: a struct with <c>bytes</c> (an encoded image) and <c>path</c>, or a column of bytes;
/// an integer column <c>label</c>; a text column <c>text</c>, <c>caption</c> or <c>prompt</c>.
/// </summary>
internal sealed class ParquetSource : PictureSource
{
    private static readonly string[] CaptionColumns = ["text", "caption", "prompt"];
    private static readonly string[] LabelColumns = ["label", "labels", "fine_label", "class"];
    private readonly EncodedBlobs blobs;
    private readonly List<string> names = [];
    private readonly List<string?> captions = [];
    private readonly List<long?> labels = [];
    private string[]? classNames;

    public ParquetSource(string name, IReadOnlyList<string> paths, long memoryBudget)
    {
        Name = name;
        blobs = new EncodedBlobs(memoryBudget);
        foreach (var path in paths)
        {
            try
            {
                ReadFileAsync(path).GetAwaiter().GetResult();
            }
            catch (Exception error) when (error is IOException or InvalidOperationException or NotSupportedException)
            {
                throw new InvalidDataException($"{path}: not a Parquet file that can be read; {error.Message}", error);
            }
        }

        if (labels.TrueForAll(label => label is >= 0 and < int.MaxValue))
        {
            classNames ??= [.. Enumerable.Range(0, (int)labels.Max()!.Value + 1).Select(label => label.ToString(CultureInfo.InvariantCulture))];
        }
    }

    public override string Name { get; }

    public override int Count => names.Count;

    public override IReadOnlyList<string>? ClassNames => classNames;

    public override string NameOf(int index) => names[index];

    public override int? Label(int index) => classNames is null ? null : (int?)labels[index];

    public override string? Caption(int index) => captions[index];

    public override PixelBuffer Load(int index) => ImageCodec.DecodePixels(blobs.Get(index));

    public override void Dispose() => blobs.Dispose();

    private async Task ReadFileAsync(string path)
    {
        await using var reader = await ParquetReader.CreateAsync(path).ConfigureAwait(false);
        classNames ??= ClassNamesOf(reader.CustomMetadata);
        var fields = reader.Schema.GetDataFields();
        var bytes = Array.Find(fields, field => IsBytes(field) && field.Path.ToString().EndsWith("bytes", StringComparison.Ordinal))
            ?? Array.Find(fields, IsBytes)
            ?? throw new InvalidDataException($"{path}: expected a column of image bytes (image.bytes); it has {string.Join(", ", fields.Select(field => field.Path))}.");
        var file = Array.Find(fields, field => IsText(field) && field.Path.ToString().EndsWith("path", StringComparison.Ordinal));
        var text = Array.Find(fields, field => IsText(field) && CaptionColumns.Contains(field.Path.ToString()));
        var label = Array.Find(fields, field => LabelColumns.Contains(field.Path.ToString()) && !IsText(field));
        for (var group = 0; group < reader.RowGroupCount; group++)
        {
            using var rows = reader.OpenRowGroupReader(group);
            await ReadRowsAsync(path, rows, bytes, file, text, label).ConfigureAwait(false);
        }
    }

    private static bool IsBytes(DataField field) => field.ClrType == typeof(byte[]) || field.ClrType == typeof(ReadOnlyMemory<byte>);

    private static bool IsText(DataField field) => field.ClrType == typeof(string) || field.ClrType == typeof(ReadOnlyMemory<char>);

    private async Task ReadRowsAsync(string path, ParquetRowGroupReader rows, DataField bytes, DataField? file, DataField? text, DataField? label)
    {
        var count = checked((int)rows.RowCount);
        var images = new byte[]?[count];
        await rows.ReadAsync(bytes, images.AsMemory()!).ConfigureAwait(false);
        var files = await TextsAsync(rows, file, count).ConfigureAwait(false);
        captions.AddRange(await TextsAsync(rows, text, count).ConfigureAwait(false));
        labels.AddRange(await NumbersAsync(rows, label, count).ConfigureAwait(false));
        for (var i = 0; i < count; i++)
        {
            names.Add($"{Path.GetFileName(path)}, row {names.Count}{(files[i] is { } name ? $" ({name})" : "")}");
            blobs.Add(images[i] ?? []);
        }
    }

    private static async Task<string?[]> TextsAsync(ParquetRowGroupReader rows, DataField? field, int count)
    {
        var texts = new string?[count];
        if (field is not null)
        {
            await rows.ReadAsync(field, texts.AsMemory()!).ConfigureAwait(false);
        }

        return texts;
    }

    private static async Task<long?[]> NumbersAsync(ParquetRowGroupReader rows, DataField? field, int count)
    {
        if (field is null)
        {
            return new long?[count];
        }

        return field.ClrType == typeof(long) ? await ReadAsync<long>(rows, field, count).ConfigureAwait(false)
            : field.ClrType == typeof(int) ? Widen(await ReadAsync<int>(rows, field, count).ConfigureAwait(false))
            : field.ClrType == typeof(short) ? Widen(await ReadAsync<short>(rows, field, count).ConfigureAwait(false))
            : field.ClrType == typeof(byte) ? Widen(await ReadAsync<byte>(rows, field, count).ConfigureAwait(false))
            : new long?[count];
    }

    private static long?[] Widen<T>(T?[] numbers)
        where T : struct, System.Numerics.IBinaryInteger<T> => Array.ConvertAll(numbers, number => number is { } value ? long.CreateChecked(value) : (long?)null);

    private static async Task<T?[]> ReadAsync<T>(ParquetRowGroupReader rows, DataField field, int count)
        where T : struct
    {
        var values = new T?[count];
        if (field.IsNullable)
        {
            await rows.ReadAsync(field, values.AsMemory()).ConfigureAwait(false);
            return values;
        }

        var certain = new T[count];
        await rows.ReadAsync(field, certain.AsMemory()).ConfigureAwait(false);
        return Array.ConvertAll(certain, value => (T?)value);
    }

    /// <summary>Hugging Face keeps the names of the classes in the file's metadata: info.features.label.names.</summary>
    private static string[]? ClassNamesOf(Dictionary<string, string>? metadata)
    {
        if (metadata?.GetValueOrDefault("huggingface") is not { } text)
        {
            return null;
        }

        try
        {
            using var json = JsonDocument.Parse(text);
            foreach (var feature in json.RootElement.GetProperty("info").GetProperty("features").EnumerateObject())
            {
                if (LabelColumns.Contains(feature.Name) && feature.Value.TryGetProperty("names", out var names))
                {
                    return [.. names.EnumerateArray().Select(name => name.GetString() ?? "")];
                }
            }
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            // Metadata of another kind: the classes get their numbers as names.
        }

        return null;
    }
}
