using System.Text;

namespace Brownian.Data.Text;

/// <summary>The most probable way to take a text apart into pieces (Kudo 2018), by Viterbi's algorithm, as SentencePiece finds it.</summary>
internal sealed class UnigramSegments
{
    // What a character that no piece has costs beyond the least probable piece, and what a piece that was given and not learned costs.
    private const float UnknownPenalty = 10;
    private const double UserDefinedPenalty = 0.1;

    private readonly UnigramVocabulary vocabulary;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> numbers;
    private readonly int longest;
    private readonly float unknownScore;
    private readonly float highest;

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
        float[] learned = [.. texts.Values.Select(number => vocabulary.Pieces[number]).Where(piece => !piece.IsUserDefined).Select(piece => piece.Score)];
        unknownScore = learned.DefaultIfEmpty(0).Min() - UnknownPenalty;
        highest = Math.Max(0, learned.DefaultIfEmpty(0).Max());
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

    // The best way to each place in the text. Of ways that are equally probable, rounding decides as in the reference: sums are compared in float64 and kept in
    // float32, and those that end with the unknown piece are float32 from the start.
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
                    Try(begin, length, piece, Score(vocabulary.Pieces[piece]) + best[begin].Score);
                    isKnown |= length == character;
                }
            }

            if (!isKnown)
            {
                Try(begin, character, vocabulary.Unknown, unknownScore + best[begin].Score);
            }
        }

        return best;

        void Try(int begin, int length, int piece, double score)
        {
            if (best[begin + length].Begin < 0 || score > best[begin + length].Score)
            {
                best[begin + length] = ((float)score, begin, piece);
            }
        }
    }

    // A piece that was given gets as much as the best learned ones could for its bytes, so that it wins over what it could be taken apart into.
    private double Score(UnigramPiece piece) =>
        piece.IsUserDefined ? Encoding.UTF8.GetByteCount(piece.Text) * highest - UserDefinedPenalty : piece.Score;
}
