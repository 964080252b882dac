namespace Brownian.Data.Text;

/// <summary>The most probable way to take a text apart into pieces (Kudo 2018), by Viterbi's algorithm, as SentencePiece finds it.</summary>
internal sealed class UnigramSegments
{
    // What a character that no piece has costs beyond the least probable piece.
    private const float UnknownPenalty = 10;

    private readonly UnigramVocabulary vocabulary;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> numbers;
    private readonly int longest;
    private readonly float unknownScore;

    public UnigramSegments(UnigramVocabulary vocabulary)
    {
        this.vocabulary = vocabulary;
        var texts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (number, piece) in vocabulary.Pieces.Index())
        {
            if (piece.IsText && piece.Text.Length > 0)
            {
                texts.TryAdd(piece.Text, number);
                longest = Math.Max(longest, piece.Text.Length);
            }
        }

        numbers = texts.GetAlternateLookup<ReadOnlySpan<char>>();
        unknownScore = (texts.Count == 0 ? 0 : texts.Values.Min(number => vocabulary.Pieces[number].Score)) - UnknownPenalty;
    }

    /// <summary>The numbers of the pieces; characters that no piece has are the unknown one, once for several in a row.</summary>
    /// <param name="text">A normalised text.</param>
    public IEnumerable<int> Of(string text)
    {
        var paths = Paths(text);
        var pieces = new List<int>();
        for (var end = text.Length; end > 0; end = paths[end].Begin)
        {
            pieces.Add(paths[end].Piece);
        }

        pieces.Reverse();
        return pieces.Where((piece, i) => i == 0 || piece != vocabulary.Unknown || pieces[i - 1] != vocabulary.Unknown);
    }

    // The best way to each place in the text; sums are float32 as in the reference, which decides between ways that are equally probable.
    private (float Score, int Begin, int Piece)[] Paths(string text)
    {
        var best = new (float Score, int Begin, int Piece)[text.Length + 1];
        Array.Fill(best, (0, -1, 0), 1, text.Length);
        for (var begin = 0; begin < text.Length; begin++)
        {
            if (begin > 0 && best[begin].Begin < 0)
            {
                continue; // within a character
            }

            var character = char.IsHighSurrogate(text[begin]) && begin + 1 < text.Length ? 2 : 1;
            var isKnown = false;
            for (var length = 1; length <= Math.Min(longest, text.Length - begin); length++)
            {
                if (numbers.TryGetValue(text.AsSpan(begin, length), out var piece))
                {
                    Try(begin, length, piece, vocabulary.Pieces[piece].Score);
                    isKnown |= length == character;
                }
            }

            if (!isKnown)
            {
                Try(begin, character, vocabulary.Unknown, unknownScore);
            }
        }

        return best;

        void Try(int begin, int length, int piece, float score)
        {
            score += best[begin].Score;
            if (best[begin + length].Begin < 0 || score > best[begin + length].Score)
            {
                best[begin + length] = (score, begin, piece);
            }
        }
    }
}
