using System.Globalization;
using System.Text;

namespace Brownian.Data.Text;

/// <summary>CLIP's words: special tokens, English contractions, runs of letters, single numerals, and runs of everything else but spaces.</summary>
internal static class ClipWords
{
    private static readonly string[] Contractions = ["'s", "'t", "'re", "'ve", "'m", "'ll", "'d"];

    private enum Kind
    {
        Space,
        Letter,
        Numeral,
        Other,
    }

    /// <summary>The words of a cleaned text, in order.</summary>
    /// <param name="text">The text.</param>
    /// <param name="special">Tokens that are words wherever they stand, in lower case.</param>
    public static IEnumerable<string> Of(string text, IReadOnlyList<string> special)
    {
        for (var at = 0; at < text.Length;)
        {
            var length = Fixed(text, at, special) ?? Run(text, at);
            if (length > 0)
            {
                yield return text.Substring(at, length);
            }

            at += Math.Max(length, 1);
        }
    }

    private static int? Fixed(string text, int at, IReadOnlyList<string> special)
    {
        foreach (var word in special.Concat(text[at] == '\'' ? Contractions : []))
        {
            if (string.Compare(text, at, word, 0, word.Length, StringComparison.OrdinalIgnoreCase) == 0)
            {
                return word.Length;
            }
        }

        // The long s is an s to whoever ignores case.
        return text[at] == '\'' && at + 1 < text.Length && text[at + 1] == 'ſ' ? 2 : null;
    }

    /// <summary>The length of a run that begins here; 0 for a space. Inside a run of other characters nothing else begins, as the pattern is greedy.</summary>
    private static int Run(string text, int at)
    {
        var kind = Next(text, at, out var length);
        if (kind is Kind.Space or Kind.Numeral)
        {
            return kind == Kind.Space ? 0 : length;
        }

        var end = at + length;
        while (end < text.Length && Next(text, end, out length) == kind)
        {
            end += length;
        }

        return end - at;
    }

    private static Kind Next(string text, int at, out int length)
    {
        if (!Rune.TryGetRuneAt(text, at, out var rune))
        {
            length = 1;
            return Kind.Other;
        }

        length = rune.Utf16SequenceLength;
        return Rune.IsWhiteSpace(rune) ? Kind.Space : Rune.GetUnicodeCategory(rune) switch
        {
            <= UnicodeCategory.OtherLetter => Kind.Letter,
            UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => Kind.Numeral,
            _ => Kind.Other,
        };
    }
}
