using System.Text;
using System.Text.Json;

namespace Brownian.Data.Text;

/// <summary>A unigram model of pieces (Kudo 2018), from SentencePiece's file or from that of the library "tokenizers".</summary>
/// <param name="Pieces">The pieces; a piece's number is its place.</param>
internal sealed record UnigramVocabulary(IReadOnlyList<UnigramPiece> Pieces)
{
    private const long MostBytes = 64 << 20;

    // SentencePiece's numbers of the kinds of models and pieces.
    private const int Unigram = 1, Normal = 1, UserDefined = 4;

    /// <summary>The piece that stands for characters which no piece has.</summary>
    public int Unknown { get; init; } = 2;

    /// <summary>The piece that ends a text.</summary>
    public int End { get; init; } = 1;

    /// <summary>The piece that fills a line.</summary>
    public int Pad { get; init; }

    /// <summary>What stands for which characters; null to leave them.</summary>
    public CharacterMap? Characters { get; init; }

    /// <summary>Whether a space is put before the text.</summary>
    public bool AddsSpace { get; init; } = true;

    /// <summary>Whether spaces at the ends go, and of several in a row all but one.</summary>
    public bool RemovesSpaces { get; init; } = true;

    /// <summary>Pieces that are looked for in the text before it is taken apart, with their numbers.</summary>
    public IReadOnlyDictionary<string, int> Special { get; init; } = new Dictionary<string, int>();

    /// <summary>User-defined pieces, whose characters are not replaced: as UTF-8, the longest first.</summary>
    public IReadOnlyList<byte[]> Kept { get; init; } = [];

    /// <summary>Reads a tokenizer's folder: <c>spiece.model</c>, or <c>tokenizer.json</c>.</summary>
    /// <exception cref="InvalidDataException">The files are missing or damaged, or hold a model of another kind.</exception>
    public static UnigramVocabulary Read(string folder)
    {
        var (model, whole) = (Path.Combine(folder, "spiece.model"), Path.Combine(folder, "tokenizer.json"));
        return File.Exists(model) ? From(model, bytes => OfModel(bytes))
            : File.Exists(whole) ? From(whole, OfJson)
            : throw new InvalidDataException($"{folder}: expected a tokenizer's spiece.model or tokenizer.json; found neither. Fetch the folder again.");
    }

    private static UnigramVocabulary From(string path, Func<byte[], UnigramVocabulary> read)
    {
        if (new FileInfo(path).Length > MostBytes)
        {
            throw new InvalidDataException($"{path}: expected a tokenizer of at most {MostBytes} bytes. It is none.");
        }

        try
        {
            var vocabulary = read(File.ReadAllBytes(path));
            var count = vocabulary.Pieces.Count;
            return ((int[])[vocabulary.Unknown, vocabulary.End, vocabulary.Pad]).All(number => number >= 0 && number < count)
                ? vocabulary
                : throw new InvalidDataException($"its {count} pieces do not have those that it names for ends, unknown characters or filling.");
        }
        catch (Exception e) when (e is InvalidDataException or JsonException or FormatException or InvalidOperationException or KeyNotFoundException or ArgumentException
            or IndexOutOfRangeException)
        {
            throw new InvalidDataException($"{path}: not a tokenizer of T5's kind ({e.Message}). Fetch the folder again.", e);
        }
    }

    // sentencepiece_model.proto: 1 pieces, 2 how it was trained, 3 how texts are normalised.
    private static UnigramVocabulary OfModel(ReadOnlySpan<byte> bytes)
    {
        var pieces = new List<UnigramPiece>();
        var vocabulary = new UnigramVocabulary(pieces);
        var reader = new ProtobufReader(bytes);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: pieces.Add(Piece(reader.Bytes)); break;
                case 2: vocabulary = vocabulary.Trained(reader.Bytes); break;
                case 3: vocabulary = vocabulary.Normalized(reader.Bytes); break;
            }
        }

        return vocabulary with
        {
            Special = vocabulary.Controls(),
            Kept = [.. pieces.Where(piece => piece.IsUserDefined && piece.Text.Length > 0).Select(piece => Encoding.UTF8.GetBytes(piece.Text)).OrderByDescending(text => text.Length)],
        };
    }

    private static UnigramPiece Piece(ReadOnlySpan<byte> bytes)
    {
        var (text, score, kind) = ("", 0f, (long)Normal);
        var reader = new ProtobufReader(bytes);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: text = reader.Text; break;
                case 2: score = reader.Single; break;
                case 3: kind = reader.Number; break;
            }
        }

        return new(text, score, kind is Normal or UserDefined, kind == UserDefined);
    }

    private UnigramVocabulary Trained(ReadOnlySpan<byte> bytes)
    {
        var trained = this;
        var reader = new ProtobufReader(bytes);
        while (reader.Next())
        {
            trained = reader.Field switch
            {
                3 when reader.Number != Unigram => throw new InvalidDataException("its model is none of unigrams; T5's is."),
                40 => trained with { Unknown = (int)reader.Number },
                42 => trained with { End = (int)reader.Number },
                43 when reader.Number >= 0 => trained with { Pad = (int)reader.Number },
                _ => trained,
            };
        }

        return trained;
    }

    private UnigramVocabulary Normalized(ReadOnlySpan<byte> bytes)
    {
        var normalized = this;
        var reader = new ProtobufReader(bytes);
        while (reader.Next())
        {
            normalized = reader.Field switch
            {
                2 => normalized with { Characters = CharacterMap.Read(reader.Bytes) },
                3 => normalized with { AddsSpace = reader.Number != 0 },
                4 => normalized with { RemovesSpaces = reader.Number != 0 },
                _ => normalized,
            };
        }

        return normalized;
    }

    private Dictionary<string, int> Controls() => Pieces.Index().Where(piece => !piece.Item.IsText)
        .GroupBy(piece => piece.Item.Text, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.First().Index, StringComparer.Ordinal);

    private static UnigramVocabulary OfJson(byte[] bytes)
    {
        using var document = JsonDocument.Parse(bytes);
        var root = document.RootElement;
        var model = root.GetProperty("model");
        if (model.TryGetProperty("type", out var type) && type.GetString() != "Unigram")
        {
            throw new InvalidDataException($"its model is of type {type}; T5's is of type Unigram.");
        }

        var special = root.TryGetProperty("added_tokens", out var added) && added.ValueKind == JsonValueKind.Array
            ? added.EnumerateArray().ToDictionary(token => token.GetProperty("content").GetString()!, token => token.GetProperty("id").GetInt32(), StringComparer.Ordinal)
            : [];
        var vocab = model.GetProperty("vocab").EnumerateArray().Select(entry => (Text: entry[0].GetString()!, Score: (float)entry[1].GetDouble())).ToArray();
        UnigramPiece[] pieces = [.. vocab.Select(entry => new UnigramPiece(entry.Text, entry.Score, !special.ContainsKey(entry.Text)))];
        return new(pieces)
        {
            Unknown = model.GetProperty("unk_id").GetInt32(),
            End = special.GetValueOrDefault("</s>", 1),
            Pad = special.GetValueOrDefault("<pad>", 0),
            Characters = root.TryGetProperty("normalizer", out var normalizer) ? CharacterMap.Read(Table(normalizer)) : null,
            Special = special,
        };
    }

    // The table lies in one of a sequence of normalisers.
    private static byte[] Table(JsonElement normalizer) => normalizer.ValueKind != JsonValueKind.Object ? []
        : normalizer.TryGetProperty("precompiled_charsmap", out var table) && table.ValueKind == JsonValueKind.String ? table.GetBytesFromBase64()
        : normalizer.TryGetProperty("normalizers", out var list) ? list.EnumerateArray().Select(Table).FirstOrDefault(found => found.Length > 0) ?? []
        : [];
}
