using System.Text;
using System.Text.RegularExpressions;

namespace Brownian.Data.Text;

/// <summary>
/// Texts that were read in a wrong encoding, such as "cafÃ©" for "café": found by pairs of characters that no language writes, and read again. The rules are those of
/// ftfy 6.3 (Robyn Speer), with which CLIP's captions were cleaned.
/// </summary>
internal static class Mojibake
{
    private const RegexOptions Options = RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly Regex Unlikely = new(MojibakeRules.Pattern, Options, Patience);
    private static readonly Regex LikeUtf8 = new(Sequences(), Options, Patience);
    private static readonly Regex C1 = new("[\u0080-\u009f]", Options, Patience);

    // Bytes are matched as the characters of their numbers. UTF-8 in which a byte A0, a space to most programs, became 20.
    private static readonly Regex SpacedUtf8 = new(
        "[ÂÃÅÎÐÙ] |[âã] [\u0080-\u0084\u0086-\u009f\u00a1-\u00bf]|[à-ã][\u0080-\u0084\u0086-\u009f\u00a1-\u00bf] "
        + "|ð [\u0080-¿]{2}|ð[\u0080-¿] [\u0080-¿]|ð[\u0080-¿]{2} ",
        Options, Patience);

    // "à" before another word, but for Portuguese words that begin with it.
    private static readonly Regex GraveWord = new("Ã (?! |quele|quela|quilo|s )", Options, Patience);

    // UTF-8 of which bytes were lost: each is 1A, or once a question mark.
    private static readonly Regex LossyUtf8 = new(
        "[Â-ß]\u001a|[ÂÃ]\\?"
        + "|í[\u00a0-\u00af][\u001a?]í[\u00b0-¿][\u001a?\u0080-¿]|í[\u00a0-\u00af][\u001a?\u0080-¿]í[\u00b0-¿][\u001a?]"
        + "|[à-ï][\u001a?][\u001a\u0080-¿]|[à-ï][\u001a\u0080-¿][\u001a?]"
        + "|[ð-ô][\u001a?][\u001a\u0080-¿]{2}|[ð-ô][\u001a\u0080-¿][\u001a?][\u001a\u0080-¿]|[ð-ô][\u001a\u0080-¿]{2}[\u001a?]"
        + "|\u001a",
        Options, Patience);

    /// <summary>Whether a text has pairs of characters that no language writes.</summary>
    public static bool IsSuspect(string text) => Unlikely.IsMatch(text);

    /// <summary>The text as it was meant; as it is if nothing is wrong with it.</summary>
    public static string Fix(string text)
    {
        while (true)
        {
            var better = Step(text);
            if (better == text)
            {
                return text;
            }

            text = better;
        }
    }

    /// <summary>Control characters of the range 80–9F as Windows' characters of these numbers.</summary>
    public static string FixC1(string text) => C1.Replace(text, match => CodePage.Windows1252.Decode((byte)match.Value[0]).ToString());

    private static string Step(string text)
    {
        if (text.All(char.IsAscii) || !IsSuspect(text))
        {
            return text;
        }

        foreach (var encoding in CodePage.All)
        {
            if (encoding.Encode(text) is { } bytes && Decode(bytes, encoding) is { } read)
            {
                return read;
            }
        }

        if (FixParts(text) is var parts && parts != text)
        {
            return parts;
        }

        if (CodePage.Latin1.Encode(text) is not null && FromWindows(text) is { } windows && windows != text)
        {
            return windows;
        }

        return FixC1(text);
    }

    /// <summary>Bytes of an encoding that was the wrong one, as UTF-8; null if they are not.</summary>
    private static string? Decode(byte[] bytes, CodePage encoding)
    {
        var text = Encoding.Latin1.GetString(bytes);

        // In Mac Roman this would find dashes before spaces.
        if (encoding.Name != "macroman" && SpacedUtf8.IsMatch(text))
        {
            text = GraveWord.Replace(text, "Ã\u00a0 ");
            text = SpacedUtf8.Replace(text, match => match.Value.Replace(' ', '\u00a0'));
        }

        text = encoding.IsSloppy ? LossyUtf8.Replace(text, "ï¿½") : text;
        return Utf8Variants.Decode(Encoding.Latin1.GetBytes(text));
    }

    /// <summary>Parts of a text that look like UTF-8, each read again on its own.</summary>
    private static string FixParts(string text) => LikeUtf8.Replace(
        text, match => match.Length < text.Length && IsSuspect(match.Value) ? Fix(match.Value) : match.Value);

    /// <summary>Latin-1 that was Windows-1252; null if it has bytes that the latter does not use.</summary>
    private static string? FromWindows(string text)
    {
        var read = FixC1(text);
        return C1.IsMatch(read) ? null : read;
    }

    /// <summary>Sequences of characters that encodings like Latin-1 make of UTF-8's bytes.</summary>
    private static string Sequences()
    {
        // Punctuation that stands anywhere is no sign of a wrong encoding before a sequence.
        const string Common = "–—―‘’‚“”„•…";
        var follows = Of(0x80, 0xBF);
        var strictly = string.Concat(follows.Where(c => !Common.Contains(c, StringComparison.Ordinal)));
        return $"(?<![{strictly}])([{Of(0xC2, 0xDF)}][{follows} ]|[{Of(0xE0, 0xEF)}][{follows} ]{{2}}|[{Of(0xF0, 0xF0)}{Of(0xF3, 0xF3)}][{follows} ]{{3}})+";

        static string Of(int first, int last)
        {
            var found = CodePage.LikeLatin1.SelectMany(page => Enumerable.Range(first, last - first + 1).Select(b => page.Decode((byte)b)));
            return string.Concat(found.Distinct().Order());
        }
    }
}
