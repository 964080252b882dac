using System.Globalization;
using System.Text;

namespace Brownian.Data.Text;

/// <summary>
/// Unicode's canonical composition (NFC; UAX #15), from tables of Unicode 14: programs that run without the system's Unicode library have no other, and the tokens
/// of a text must not depend on it.
/// </summary>
internal static class Composition
{
    private const int HangulFirst = 0xAC00, Leading = 0x1100, Vowel = 0x1161, Trailing = 0x11A7, Vowels = 21, Trailings = 28;
    private const int Syllables = 19 * Vowels * Trailings;

    private static readonly Tables Unicode = Load();

    /// <summary>The text in which every letter with its marks is one character where there is such a character.</summary>
    public static string Compose(string text)
    {
        if (text.All(c => c < 0x300))
        {
            return text; // Latin-1 and what follows it are composed already.
        }

        var runes = new List<int>(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            Decompose(rune.Value, runes);
        }

        Order(runes);
        Join(runes);
        var composed = new StringBuilder(runes.Count);
        runes.ForEach(rune => composed.Append(new Rune(rune).ToString()));
        return composed.ToString();
    }

    private static void Decompose(int rune, List<int> into)
    {
        var index = rune - HangulFirst;
        if (index is >= 0 and < Syllables)
        {
            into.Add(Leading + index / (Vowels * Trailings));
            into.Add(Vowel + index % (Vowels * Trailings) / Trailings);
            if (index % Trailings > 0)
            {
                into.Add(Trailing + index % Trailings);
            }
        }
        else if (Unicode.Parts.TryGetValue(rune, out var parts))
        {
            Array.ForEach(parts, part => Decompose(part, into));
        }
        else
        {
            into.Add(rune);
        }
    }

    /// <summary>Marks of different classes have no order of their own: they are sorted by class.</summary>
    private static void Order(List<int> runes)
    {
        for (var i = 1; i < runes.Count; i++)
        {
            var own = Class(runes[i]);
            for (var j = i; own > 0 && j > 0 && Class(runes[j - 1]) > own; j--)
            {
                (runes[j - 1], runes[j]) = (runes[j], runes[j - 1]);
            }
        }
    }

    /// <summary>Joins each mark with the last letter before it, unless another mark of its class or a letter stands between.</summary>
    private static void Join(List<int> runes)
    {
        var (starter, last, kept) = (-1, -1, 0);
        for (var i = 0; i < runes.Count; i++)
        {
            var (rune, own) = (runes[i], Class(runes[i]));
            if (starter >= 0 && last < own && Pair(runes[starter], rune) is { } whole)
            {
                runes[starter] = whole;
                continue;
            }

            if (own == 0)
            {
                (starter, last) = (kept, -1);
            }
            else
            {
                last = own;
            }

            runes[kept++] = rune;
        }

        runes.RemoveRange(kept, runes.Count - kept);
    }

    private static int? Pair(int first, int second)
    {
        var (leading, vowel) = (first - Leading, second - Vowel);
        if (leading is >= 0 and < 19 && vowel is >= 0 and < Vowels)
        {
            return HangulFirst + (leading * Vowels + vowel) * Trailings;
        }

        var (syllable, trailing) = (first - HangulFirst, second - Trailing);
        return syllable is >= 0 and < Syllables && syllable % Trailings == 0 && trailing is > 0 and < Trailings ? first + trailing
            : Unicode.Wholes.TryGetValue((first, second), out var whole) ? whole
            : null;
    }

    private static int Class(int rune) => rune < 0x300 ? 0 : Unicode.Classes.GetValueOrDefault(rune);

    private static Tables Load()
    {
        var tables = new Tables([], [], []);
        using var reader = new StreamReader(typeof(Composition).Assembly.GetManifestResourceStream("Brownian.Data.Text.unicode-canonical.txt")!);
        while (reader.ReadLine() is { } line && line != "=")
        {
            var numbers = line.TrimStart('!').Split(' ').Select(Hex).ToArray();
            tables.Parts[numbers[0]] = numbers[1..];
            if (line[0] != '!')
            {
                tables.Wholes[(numbers[1], numbers[2])] = numbers[0];
            }
        }

        while (reader.ReadLine() is { } line)
        {
            var parts = line.Split(' ');
            for (var rune = Hex(parts[0]); rune <= Hex(parts[1]); rune++)
            {
                tables.Classes[rune] = byte.Parse(parts[2], CultureInfo.InvariantCulture);
            }
        }

        return tables;
    }

    internal static int Hex(string text) => int.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    /// <summary>What the table says.</summary>
    /// <param name="Parts">Characters that stand for others.</param>
    /// <param name="Wholes">Pairs that one character stands for.</param>
    /// <param name="Classes">Combining classes other than 0.</param>
    private sealed record Tables(Dictionary<int, int[]> Parts, Dictionary<(int First, int Second), int> Wholes, Dictionary<int, byte> Classes);
}
