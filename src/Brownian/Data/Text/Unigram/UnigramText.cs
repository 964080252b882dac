using System.Text;

namespace Brownian.Data.Text;

/// <summary>SentencePiece's normalisation: characters by its table, spaces removed, added and written as ▁.</summary>
internal static class UnigramText
{
    private const char Space = '▁';

    /// <summary>The text from which pieces are taken.</summary>
    public static string Normalize(UnigramVocabulary vocabulary, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text).AsSpan();
        var result = new StringBuilder();
        var afterSpace = vocabulary.RemovesSpaces;
        while (!bytes.IsEmpty)
        {
            var (part, length) = Kept(vocabulary, bytes) ?? vocabulary.Characters?.Replace(bytes) ?? First(bytes);
            bytes = bytes[length..];
            part = afterSpace ? part.TrimStart(' ') : part;
            if (part.Length > 0)
            {
                result.Append(part.Replace(' ', Space));
                afterSpace = vocabulary.RemovesSpaces && part[^1] == ' ';
            }
        }

        var whole = vocabulary.RemovesSpaces ? result.ToString().TrimEnd(Space) : result.ToString();
        return whole.Length > 0 && vocabulary.AddsSpace ? Space + whole : whole;
    }

    private static (string Text, int Length)? Kept(UnigramVocabulary vocabulary, ReadOnlySpan<byte> bytes)
    {
        foreach (var piece in vocabulary.Kept)
        {
            if (bytes.StartsWith(piece))
            {
                return (Encoding.UTF8.GetString(piece), piece.Length);
            }
        }

        return null;
    }

    private static (string Text, int Length) First(ReadOnlySpan<byte> bytes)
    {
        Rune.DecodeFromUtf8(bytes, out var rune, out var length);
        return (rune.ToString(), length);
    }
}
