using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Brownian.Data.Text;

/// <summary>Character references of HTML 5 (the standard, section "Named character references"), as browsers read them and as cautious programs do.</summary>
internal static partial class HtmlEntities
{
    private static readonly (Dictionary<string, string> Named, HashSet<string> Open) Table = Load();

    private static readonly Dictionary<string, string> Upper = Uppercased();

    /// <summary>Reads every reference that a browser reads: also names without their semicolon where the standard allows it, and the longest name that fits.</summary>
    public static string Unescape(string text) => text.Contains('&', StringComparison.Ordinal)
        ? Lenient().Replace(text, match => Browser(match.Groups["body"].Value))
        : text;

    /// <summary>
    /// Reads the references that end with a semicolon, and the names in capitals that a change of case made of lower ones: "&amp;amp" alone may be meant as it is.
    /// </summary>
    public static string UnescapeStrictly(string text) => text.Contains('&', StringComparison.Ordinal)
        ? Strict().Replace(text, match => Cautious(match.Value))
        : text;

    private static string Browser(string body)
    {
        if (body[0] == '#')
        {
            return Numeric(body);
        }

        if (body[^1] == ';' && Table.Named.TryGetValue(body[..^1], out var whole))
        {
            return whole;
        }

        for (var length = body.Length; length > 1; length--)
        {
            if (Table.Open.Contains(body[..length]))
            {
                return Table.Named[body[..length]] + body[length..];
            }
        }

        return "&" + body;
    }

    private static string Cautious(string reference)
    {
        var name = reference[1..^1];
        return Table.Named.TryGetValue(name, out var value) || Upper.TryGetValue(name, out value) ? value
            : name[0] == '#' && Unescape(reference) is var read && !read.Contains(';', StringComparison.Ordinal) ? read
            : reference;
    }

    private static string Numeric(string body)
    {
        var digits = body.TrimEnd(';').AsSpan(1);
        var isHex = digits[0] is 'x' or 'X';
        var isSmall = isHex
            ? uint.TryParse(digits[1..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code)
            : uint.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out code);
        return code switch
        {
            _ when !isSmall => "\ufffd",
            0 or (>= 0xD800 and <= 0xDFFF) or > 0x10FFFF => "\ufffd",
            0x0D => "\r",

            // What programs that thought of Windows meant.
            >= 0x80 and <= 0x9F => CodePage.Windows1252.Decode((byte)code).ToString(),
            < 0x09 or 0x0B or (>= 0x0E and <= 0x1F) or 0x7F or (>= 0xFDD0 and <= 0xFDEF) => "",
            _ when (code & 0xFFFE) == 0xFFFE => "",
            _ => new Rune(code).ToString(),
        };
    }

    private static (Dictionary<string, string> Named, HashSet<string> Open) Load()
    {
        var (named, open) = (new Dictionary<string, string>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
        using var stream = typeof(HtmlEntities).Assembly.GetManifestResourceStream("Brownian.Data.Text.html-entities.txt")!;
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            var parts = line.Split(' ');
            var name = parts[0].TrimStart('*');
            named[name] = string.Concat(parts.Skip(1).Select(hex => new Rune(int.Parse(hex, NumberStyles.HexNumber, CultureInfo.InvariantCulture)).ToString()));
            if (parts[0][0] == '*')
            {
                open.Add(name);
            }
        }

        return (named, open);
    }

    /// <summary>Names in capitals that mean nothing as they stand, but something in lower case.</summary>
    private static Dictionary<string, string> Uppercased()
    {
        var upper = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in Table.Named)
        {
            var capitals = name.ToUpperInvariant();
            if (name.All(c => !char.IsAsciiLetterUpper(c)) && Unescape($"&{capitals};") == $"&{capitals};")
            {
                upper[capitals] = Letters.ToUpper(value);
            }
        }

        return upper;
    }

    [GeneratedRegex(@"&(?<body>#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[^\t\n\f <&#;]{1,32};?)", RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex Lenient();

    [GeneratedRegex("&#?[0-9A-Za-z]{1,24};", RegexOptions.None, 10_000)]
    private static partial Regex Strict();
}
