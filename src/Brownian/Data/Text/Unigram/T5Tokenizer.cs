using System.Text.Json;

namespace Brownian.Data.Text;

/// <summary>
/// T5's tokenizer (Raffel et al. 2020, sec. 2.2): SentencePiece's most probable pieces of a unigram model (Kudo 2018), as Hugging Face's <c>T5Tokenizer</c> has
/// them, with whatever vocabulary.
/// </summary>
public sealed class T5Tokenizer
{
    private const string ExtraStart = "<extra_id_";
    private const int UsualLength = 512, UsualExtra = 100;

    private readonly UnigramVocabulary vocabulary;
    private readonly UnigramSegments segments;
    private readonly Dictionary<string, int> special;

    private T5Tokenizer(UnigramVocabulary vocabulary, int maxLength, int extra)
    {
        (this.vocabulary, MaxLength) = (vocabulary, maxLength);
        segments = new(vocabulary);
        special = new(vocabulary.Special, StringComparer.Ordinal);

        // The marks of T5's training stand after the pieces, the first one last.
        for (var i = 0; i < extra; i++)
        {
            special.TryAdd($"{ExtraStart}{i}>", vocabulary.Pieces.Count + extra - 1 - i);
        }

        Count = Math.Max(vocabulary.Pieces.Count, special.Count == 0 ? 0 : special.Values.Max() + 1);
    }

    /// <summary>How many tokens there are.</summary>
    public int Count { get; }

    /// <summary>The token after every text.</summary>
    public int End => vocabulary.End;

    /// <summary>The token that fills a line.</summary>
    public int Pad => vocabulary.Pad;

    /// <summary>The token of characters that no other has.</summary>
    public int Unknown => vocabulary.Unknown;

    /// <summary>The longest text of the models that it belongs to, in tokens.</summary>
    public int MaxLength { get; }

    /// <summary>Reads a tokenizer's folder: <c>spiece.model</c>, or <c>tokenizer.json</c>, and <c>tokenizer_config.json</c> if there is one.</summary>
    /// <exception cref="InvalidDataException">A file is missing or damaged, or of another kind of tokenizer.</exception>
    public static T5Tokenizer Load(string folder)
    {
        var read = UnigramVocabulary.Read(folder);
        var (length, extra) = Settings(Path.Combine(folder, "tokenizer_config.json"));

        // A tokenizer.json lists the marks itself.
        return new(read, length, read.Special.Keys.Any(token => token.StartsWith(ExtraStart, StringComparison.Ordinal)) ? 0 : extra);
    }

    /// <summary>The tokens of a text, with <see cref="End"/> after them.</summary>
    public IReadOnlyList<int> Encode(string text) => [.. SpecialTokens.Split(text, special.Keys).SelectMany(part => special.TryGetValue(part, out var token) ? [token] : segments.Of(UnigramText.Normalize(vocabulary, part))), End];

    /// <summary>The tokens of a text, cut and filled to a length: the end is kept. What is filled is <see cref="Pad"/>, which encoders are not shown.</summary>
    /// <param name="text">The text.</param>
    /// <param name="length">How many tokens; <see cref="MaxLength"/> when not given.</param>
    public long[] Padded(string text, int? length = null)
    {
        var wanted = length ?? MaxLength;
        ArgumentOutOfRangeException.ThrowIfLessThan(wanted, 1, nameof(length));
        return TokenLine.Of(Encode(text), wanted, Pad, End);
    }

    /// <summary>The text of tokens, without ends and filling.</summary>
    public string Decode(IEnumerable<int> tokens)
    {
        var names = special.GroupBy(pair => pair.Value).ToDictionary(group => group.Key, group => group.First().Key);
        var pieces = tokens.Where(token => token != End && token != Pad)
            .Select(token => names.GetValueOrDefault(token) ?? (token >= 0 && token < vocabulary.Pieces.Count ? vocabulary.Pieces[token].Text : ""));
        return string.Concat(pieces).Replace('▁', ' ').TrimStart(' ');
    }

    private static (int Length, int Extra) Settings(string file)
    {
        if (!File.Exists(file))
        {
            return (UsualLength, UsualExtra);
        }

        try
        {
            using var json = JsonDocument.Parse(File.ReadAllText(file));
            double Number(string name, double otherwise) =>
                json.RootElement.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : otherwise;
            var length = Number("model_max_length", UsualLength);

            // Some files have 10³⁰ for "none".
            return (length is >= 1 and < int.MaxValue ? (int)length : UsualLength, (int)Math.Clamp(Number("extra_ids", UsualExtra), 0, 10_000));
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{file}: not a tokenizer's file ({e.Message}). Fetch the folder again.", e);
        }
    }
}
