using System.IO.Compression;
using System.Text.Json;

namespace Brownian.Data.Text;

/// <summary>The files of a tokenizer.</summary>
/// <param name="Numbers">The number of each piece.</param>
/// <param name="Merges">The pairs in the order in which they were learned.</param>
internal sealed record ClipVocabulary(Dictionary<string, int> Numbers, IReadOnlyList<(string Left, string Right)> Merges)
{
    /// <summary>OpenAI's file has more pairs than the models use.</summary>
    private const int OpenAiMerges = 49152 - 256 - 2;

    private const long MostBytes = 64 << 20;

    public string StartToken { get; init; } = "<|startoftext|>";

    public string EndToken { get; init; } = "<|endoftext|>";

    public string UnknownToken { get; init; } = "<|endoftext|>";

    public string? PadToken { get; init; }

    public int MaxLength { get; init; } = 77;

    public TextCleaning Cleaning { get; init; } = TextCleaning.Basic;

    public static ClipVocabulary Read(string folder)
    {
        var (vocabulary, merges) = (Path.Combine(folder, "vocab.json"), Path.Combine(folder, "merges.txt"));
        var whole = Path.Combine(folder, "tokenizer.json");
        var read = File.Exists(vocabulary) && File.Exists(merges) ? new(Json(vocabulary, Pieces), Lines(ReadText(merges)))
            : File.Exists(whole) ? Json(whole, Whole)
            : throw new InvalidDataException($"{folder}: expected a tokenizer's vocab.json and merges.txt, or tokenizer.json; found neither. Fetch the folder again.");
        read = Optional(read, Path.Combine(folder, "special_tokens_map.json"));
        read = Optional(read, Path.Combine(folder, "tokenizer_config.json"));
        var lacking = ((string[])[read.StartToken, read.EndToken, read.UnknownToken]).FirstOrDefault(token => !read.Numbers.ContainsKey(token));
        return lacking is null ? read : throw new InvalidDataException($"{folder}: the vocabulary has no token '{lacking}'. It is not CLIP's.");
    }

    public static ClipVocabulary ReadOpenAi(string file)
    {
        using var stream = File.OpenRead(file);
        var isPacked = stream.ReadByte() == 0x1F;
        stream.Position = 0;
        using var unpacked = isPacked ? new GZipStream(stream, CompressionMode.Decompress) : (Stream)stream;
        using var reader = new StreamReader(unpacked);
        var merges = Lines(reader.ReadToEnd()).Take(OpenAiMerges).ToArray();
        var bytes = ClipTokenizer.Symbols().Select((symbol, b) => (symbol, b)).OrderBy(pair => pair.symbol[0] > 255).ThenBy(pair => pair.b).Select(pair => pair.symbol).ToArray();
        var pieces = bytes.Concat(bytes.Select(symbol => symbol + "</w>")).Concat(merges.Select(pair => pair.Left + pair.Right)).Concat(["<|startoftext|>", "<|endoftext|>"]);
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (i, piece) in pieces.Index())
        {
            numbers[piece] = i;
        }

        return new(numbers, merges) { Cleaning = TextCleaning.OpenAi };
    }

    private static Dictionary<string, int> Pieces(JsonElement json)
    {
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var entry in json.EnumerateObject())
        {
            numbers[entry.Name] = entry.Value.GetInt32();
        }

        return numbers;
    }

    /// <summary>The first line names a version.</summary>
    private static List<(string Left, string Right)> Lines(string text)
    {
        var merges = new List<(string, string)>();
        foreach (var line in text.Split('\n').Skip(1))
        {
            var parts = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (parts.Length == 2)
            {
                merges.Add((parts[0], parts[1]));
            }
        }

        return merges;
    }

    /// <summary>The one file of the library "tokenizers"; pairs are texts, or lists of two.</summary>
    private static ClipVocabulary Whole(JsonElement json)
    {
        var model = json.GetProperty("model");
        var merges = model.GetProperty("merges").EnumerateArray().Select(pair => pair.ValueKind == JsonValueKind.Array
            ? (pair[0].GetString()!, pair[1].GetString()!)
            : pair.GetString()!.Split(' ') is [var left, var right] ? (left, right) : throw new FormatException($"a merge of two pieces was expected; got {pair}"));
        var numbers = Pieces(model.GetProperty("vocab"));
        if (json.TryGetProperty("added_tokens", out var added))
        {
            foreach (var token in added.EnumerateArray())
            {
                numbers[token.GetProperty("content").GetString()!] = token.GetProperty("id").GetInt32();
            }
        }

        return new(numbers, [.. merges]);
    }

    private static ClipVocabulary Optional(ClipVocabulary read, string file) => File.Exists(file) ? Json(file, json => Settings(read, json)) : read;

    private static ClipVocabulary Settings(ClipVocabulary read, JsonElement json) => read with
    {
        StartToken = Token(json, "bos_token") ?? read.StartToken,
        EndToken = Token(json, "eos_token") ?? read.EndToken,
        UnknownToken = Token(json, "unk_token") ?? read.UnknownToken,
        PadToken = Token(json, "pad_token") ?? read.PadToken,

        // Tokenizers without a limit have a number there that no text reaches.
        MaxLength = json.TryGetProperty("model_max_length", out var most) && most.TryGetInt32(out var length) && length is > 1 and < 100_000 ? length : read.MaxLength,
    };

    private static string? Token(JsonElement json, string name) => !json.TryGetProperty(name, out var token) ? null
        : token.ValueKind == JsonValueKind.String ? token.GetString()
        : token.ValueKind == JsonValueKind.Object && token.TryGetProperty("content", out var content) ? content.GetString()
        : null;

    private static T Json<T>(string file, Func<JsonElement, T> read)
    {
        try
        {
            using var document = JsonDocument.Parse(ReadText(file));
            return read(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException or KeyNotFoundException or ArgumentException)
        {
            throw new InvalidDataException($"{file}: not a tokenizer's file ({e.Message}). Fetch the folder again.", e);
        }
    }

    private static string ReadText(string file) => new FileInfo(file).Length <= MostBytes
        ? File.ReadAllText(file)
        : throw new InvalidDataException($"{file}: expected at most {MostBytes} bytes; got {new FileInfo(file).Length}. It is no tokenizer's file.");
}
