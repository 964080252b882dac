using System.Text.RegularExpressions;

namespace Brownian.Data.Text;

/// <summary>
/// Glitches of texts from the web, mended as ftfy 6.3 (Robyn Speer) mends them by default, with which the captions that CLIP learned from were cleaned: wrong
/// encodings, character references, ligatures, wide letters, curly quotes, line ends, control characters; and at last NFC.
/// </summary>
internal static partial class TextRepair
{
    private static readonly Dictionary<char, string> Ligatures =
        "ĲIJ ĳij ŉʼn ǱDZ ǲDz ǳdz ǄDŽ ǅDž ǆdž ǇLJ ǈLj ǉlj ǊNJ ǋNj ǌnj ﬀff ﬁfi ﬂfl ﬃffi ﬄffl ﬅſt ﬆst".Split(' ').ToDictionary(pair => pair[0], pair => pair[1..]);

    private static readonly Dictionary<char, string> Widths = LoadWidths();

    /// <summary>The mended text, line by line.</summary>
    public static string Fix(string text)
    {
        // A text with tags is HTML, in which references belong to it; so are the lines after one with tags.
        var (fixedLines, unescapes, start) = (new System.Text.StringBuilder(), true, 0);
        while (start < text.Length)
        {
            var end = text.IndexOf('\n', start) + 1;
            var line = text[start..(end == 0 ? text.Length : end)];
            unescapes &= !line.Contains('<', StringComparison.Ordinal);
            fixedLines.Append(FixLine(line, unescapes));
            start += line.Length;
        }

        return fixedLines.ToString();
    }

    private static string FixLine(string line, bool unescapes)
    {
        while (true)
        {
            var before = line;
            line = unescapes ? HtmlEntities.UnescapeStrictly(line) : line;
            line = Mojibake.FixC1(Mojibake.Fix(line));
            line = Translate(Translate(line, Ligatures), Widths);
            line = SingleQuotes().Replace(DoubleQuotes().Replace(line, "\""), "'");
            line = LineEnds().Replace(line, "\n");
            line = LoneSurrogates().Replace(line, "\ufffd");
            line = Controls().Replace(TerminalEscapes().Replace(line, ""), "");
            line = Composition.Compose(line);
            if (line == before)
            {
                return line;
            }
        }
    }

    private static string Translate(string text, Dictionary<char, string> table) =>
        text.Any(table.ContainsKey) ? string.Concat(text.Select(c => table.TryGetValue(c, out var better) ? better : c.ToString())) : text;

    /// <summary>Wide and narrow forms, and the wide space.</summary>
    private static Dictionary<char, string> LoadWidths()
    {
        var widths = new Dictionary<char, string> { ['\u3000'] = " " };
        using var reader = new StreamReader(typeof(TextRepair).Assembly.GetManifestResourceStream("Brownian.Data.Text.unicode-widths.txt")!);
        while (reader.ReadLine() is { } line)
        {
            var numbers = line.Split(' ').Select(Composition.Hex).ToArray();
            widths[(char)numbers[0]] = string.Concat(numbers[1..].Select(number => (char)number));
        }

        return widths;
    }

    [GeneratedRegex("[\u02bc\u2018-\u201b]", RegexOptions.None, 10_000)]
    private static partial Regex SingleQuotes();

    [GeneratedRegex("[\u201c-\u201f]", RegexOptions.None, 10_000)]
    private static partial Regex DoubleQuotes();

    [GeneratedRegex("\r\n|[\r\u2028\u2029\u0085]", RegexOptions.None, 10_000)]
    private static partial Regex LineEnds();

    [GeneratedRegex("[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]", RegexOptions.None, 10_000)]
    private static partial Regex LoneSurrogates();

    [GeneratedRegex("\u001b\\[([0-9;]*)([a-zA-Z])", RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex TerminalEscapes();

    [GeneratedRegex("[\0-\u0008\u000b\u000e-\u001f\u007f\u206a-\u206f\ufeff\ufff9-\ufffc]", RegexOptions.None, 10_000)]
    private static partial Regex Controls();
}
