using System.Globalization;
using System.Text;

namespace Brownian.Data.Text;

/// <summary>Unicode's full case mappings (SpecialCasing), which Python applies and .NET does not, for the letters that texts have.</summary>
internal static class Letters
{
    /// <summary>Lower case: İ becomes i with its dot, Σ at the end of a word ς.</summary>
    public static string ToLower(string text)
    {
        var lower = new StringBuilder(text.Length);
        var at = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            lower.Append(rune.Value switch
            {
                0x130 => "i\u0307",
                0x3A3 => EndsWord(text, at) ? "ς" : "σ",
                _ => Rune.ToLowerInvariant(rune).ToString(),
            });
            at += rune.Utf16SequenceLength;
        }

        return lower.ToString();
    }

    /// <summary>Upper case: ß becomes SS, ligatures their letters.</summary>
    public static string ToUpper(string text) => text switch
    {
        "ß" => "SS",
        "ŉ" => "ʼN",
        "ﬀ" => "FF",
        "ﬁ" => "FI",
        "ﬂ" => "FL",
        "ﬃ" => "FFI",
        "ﬄ" => "FFL",
        _ => string.Concat(text.EnumerateRunes().Select(Rune.ToUpperInvariant)),
    };

    // Final_Sigma: a cased letter before, none after, marks and the like not counting.
    private static bool EndsWord(string text, int at)
    {
        var before = Nearest([.. text[..at].EnumerateRunes().Reverse()]);
        var after = Nearest([.. text[(at + 1)..].EnumerateRunes()]);
        return before is { } letter && IsCased(letter) && !(after is { } next && IsCased(next));
    }

    private static Rune? Nearest(Rune[] runes)
    {
        foreach (var rune in runes)
        {
            if (!IsIgnored(rune))
            {
                return rune;
            }
        }

        return null;
    }

    // Letters, and the Roman numerals and circled letters, which have cases too.
    private static bool IsCased(Rune rune) => rune.Value is (>= 0x2160 and <= 0x217F) or (>= 0x24B6 and <= 0x24E9)
        || Rune.GetUnicodeCategory(rune) is UnicodeCategory.LowercaseLetter or UnicodeCategory.UppercaseLetter or UnicodeCategory.TitlecaseLetter;

    private static bool IsIgnored(Rune rune) => rune.Value is '\'' or '.' or ':' or '^' or '`' or 0xB7 or 0x2019 or 0x2018 or 0x2024 or 0x2027
        || Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format
            or UnicodeCategory.ModifierLetter or UnicodeCategory.ModifierSymbol;
}
