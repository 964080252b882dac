using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Brownian.Data.Text;

/// <summary>The arithmetic of <see cref="TextCleaning"/>.</summary>
internal static partial class TextCleaner
{
    // Blocks of Chinese characters, also of the names of Japan and Korea.
    private static readonly (int First, int Last)[] Chinese =
    [
        (0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F), (0x2B740, 0x2B81F), (0x2B820, 0x2CEAF), (0xF900, 0xFAFF), (0x2F800, 0x2FA1F),
    ];

    /// <summary>The text as its words are looked for.</summary>
    public static string Clean(this TextCleaning cleaning, string text) => cleaning switch
    {
        TextCleaning.Basic => Basic(text),
        TextCleaning.Ftfy => Letters.ToLower(OneLine(TextRepair.Fix(text))),
        TextCleaning.OpenAi => Letters.ToLower(OneLine(HtmlEntities.Unescape(HtmlEntities.Unescape(TextRepair.Fix(text))))),
        _ => throw new ArgumentOutOfRangeException(nameof(cleaning), cleaning, "not a way to clean"),
    };

    private static string OneLine(string text) => Spaces().Replace(text, " ").Trim();

    /// <summary>The cleaning of BERT's tokenizer (Devlin et al. 2019), with accents kept and punctuation not split off.</summary>
    private static string Basic(string text)
    {
        var kept = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            if (IsSpace(rune))
            {
                kept.Append(' ');
            }
            else if (IsChinese(rune.Value))
            {
                kept.Append(' ').Append(rune.ToString()).Append(' ');
            }
            else if (rune.Value is not 0xFFFD && !IsControl(rune))
            {
                kept.Append(rune.ToString());
            }
        }

        return Letters.ToLower(OneLine(Composition.Compose(kept.ToString())));
    }

    private static bool IsSpace(Rune rune) => rune.Value is ' ' or '\t' or '\n' or '\r' || Rune.GetUnicodeCategory(rune) == UnicodeCategory.SpaceSeparator;

    private static bool IsControl(Rune rune) => Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.Surrogate;

    private static bool IsChinese(int rune) => rune >= 0x3400 && Chinese.Any(block => rune >= block.First && rune <= block.Last);

    [GeneratedRegex(@"\s+", RegexOptions.None, 10_000)]
    private static partial Regex Spaces();
}
