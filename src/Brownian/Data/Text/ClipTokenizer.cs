using System.Text;

namespace Brownian.Data.Text;

/// <summary>
/// CLIP's tokenizer (Radford et al. 2021, sec. 2.4): byte-pair encoding of lower-case text, number for number that of OpenAI's release and of Hugging Face's
/// <c>CLIPTokenizer</c>, with whatever vocabulary.
/// </summary>
public sealed class ClipTokenizer
{
    private const string WordEnd = "</w>";

    private static readonly string[] ByteSymbols = Symbols();

    private readonly Dictionary<string, int> numbers;
    private readonly Dictionary<int, string> pieces;
    private readonly Dictionary<string, int[]> known = new(StringComparer.Ordinal);
    private readonly BytePairs pairs;
    private readonly string[] special;
    private readonly Lock gate = new();

    internal ClipTokenizer(ClipVocabulary vocabulary)
    {
        Vocabulary = vocabulary;
        numbers = vocabulary.Numbers;
        pairs = new(vocabulary.Merges);
        pieces = [];
        foreach (var (piece, number) in numbers)
        {
            pieces[number] = piece;
        }

        special = [vocabulary.StartToken, vocabulary.EndToken];
        (Start, End) = (Number(vocabulary.StartToken), Number(vocabulary.EndToken));
        Pad = vocabulary.PadToken is { } pad ? Number(pad) : End;
        Cleaning = vocabulary.Cleaning;
    }

    /// <summary>How texts are cleaned.</summary>
    public TextCleaning Cleaning { get; init; }

    /// <summary>How many tokens there are.</summary>
    public int Count => numbers.Count;

    /// <summary>The token before every text.</summary>
    public int Start { get; }

    /// <summary>The token after every text.</summary>
    public int End { get; }

    /// <summary>The token that fills a line.</summary>
    public int Pad { get; init; }

    /// <summary>The longest text of the models that it belongs to, in tokens.</summary>
    public int MaxLength => Vocabulary.MaxLength;

    /// <summary>Where the numbers come from.</summary>
    internal ClipVocabulary Vocabulary { get; }

    /// <summary>Reads a tokenizer's folder: <c>vocab.json</c> and <c>merges.txt</c>, or <c>tokenizer.json</c>.</summary>
    /// <exception cref="InvalidDataException">A file is missing or damaged.</exception>
    public static ClipTokenizer Load(string folder) => new(ClipVocabulary.Read(folder));

    /// <summary>Reads the vocabulary of OpenAI's release, <c>bpe_simple_vocab_16e6.txt.gz</c> (or unpacked), and cleans as that does.</summary>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public static ClipTokenizer LoadOpenAi(string file) => new(ClipVocabulary.ReadOpenAi(file));

    /// <summary>The tokens of a text, with <see cref="Start"/> before and <see cref="End"/> after them.</summary>
    public IReadOnlyList<int> Encode(string text) => [Start, .. Body(text), End];

    /// <summary>The tokens of a text, cut and filled to a length: the end is kept.</summary>
    /// <param name="text">The text.</param>
    /// <param name="length">How many tokens; <see cref="MaxLength"/> when not given.</param>
    public long[] Padded(string text, int? length = null)
    {
        var wanted = length ?? MaxLength;
        ArgumentOutOfRangeException.ThrowIfLessThan(wanted, 2, nameof(length));
        return TokenLine.Of(Encode(text), wanted, Pad, End);
    }

    /// <summary>The text of tokens: lower case, spaces after words; bytes that are no UTF-8 become U+FFFD.</summary>
    public string Decode(IEnumerable<int> tokens)
    {
        var bytes = new List<byte>();
        foreach (var symbol in string.Concat(tokens.Select(token => pieces.GetValueOrDefault(token, ""))).Replace(WordEnd, " ", StringComparison.Ordinal))
        {
            var value = Array.IndexOf(ByteSymbols, symbol.ToString());
            bytes.Add(value < 0 ? (byte)' ' : (byte)value);
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }

    private IEnumerable<int> Body(string text) => Cleaning == TextCleaning.OpenAi
        ? ClipWords.Of(Cleaning.Clean(text), special).SelectMany(Word)
        : SpecialTokens.Split(text, special).SelectMany(part => special.Contains(part) ? [Number(part)] : ClipWords.Of(Cleaning.Clean(part), special).SelectMany(Word));

    private int[] Word(string word)
    {
        if (special.Contains(word))
        {
            return [Number(word)];
        }

        lock (gate)
        {
            if (known.TryGetValue(word, out var seen))
            {
                return seen;
            }
        }

        var symbols = Encoding.UTF8.GetBytes(word).Select(b => ByteSymbols[b]).ToList();
        symbols[^1] += WordEnd;
        int[] tokens = [.. pairs.Apply(symbols).Select(Number)];
        lock (gate)
        {
            return known[word] = tokens;
        }
    }

    private int Number(string piece) => numbers.TryGetValue(piece, out var number) ? number : numbers[Vocabulary.UnknownToken];

    /// <summary>A printable character for each byte: its own where it has one, and the next free ones from 256 on where not (Radford et al. 2019).</summary>
    internal static string[] Symbols()
    {
        var free = 256;
        return [.. Enumerable.Range(0, 256).Select(b => ((char)(b is >= '!' and <= '~' or >= 0xA1 and <= 0xAC or >= 0xAE ? b : free++)).ToString())];
    }
}
