using System.Text;

namespace Brownian.Data.Text;

/// <summary>An encoding of one byte a character, whose unused bytes stand for the control characters of their own number, as browsers read them.</summary>
internal sealed class CodePage
{
    private readonly char[] characters = new char[256];
    private readonly Dictionary<char, byte> bytes = [];

    private CodePage(string name, int number, bool isSloppy)
    {
        (Name, IsSloppy) = (name, isSloppy);
        var encoding = number == 28591 ? null : CodePagesEncodingProvider.Instance.GetEncoding(number, EncoderFallback.ReplacementFallback, new DecoderReplacementFallback("\ufffd"))!;
        for (var b = 0; b < 256; b++)
        {
            var c = b < 0x80 || encoding is null ? (char)b : encoding.GetString([(byte)b])[0];

            // Windows' tables have private characters for some unused bytes.
            characters[b] = c is '\ufffd' or (>= '\uf8f9' and <= '\uf8fd') ? (char)b : c;
        }

        if (number == 10000)
        {
            // Apple put the euro in the place of the currency sign in 1998, and means the letter and not the unit by omega.
            (characters[0xDB], characters[0xBD]) = ('€', 'Ω');
        }

        if (isSloppy)
        {
            // Stands for a byte that another program could not read.
            characters[0x1A] = '\ufffd';
        }

        for (var b = 255; b >= 0; b--)
        {
            bytes[characters[b]] = (byte)b;
        }
    }

    /// <summary>Latin-1.</summary>
    public static CodePage Latin1 { get; } = new("latin-1", 28591, false);

    /// <summary>Windows-1252.</summary>
    public static CodePage Windows1252 { get; } = new("windows-1252", 1252, true);

    /// <summary>The encodings in which texts are read wrongly, in the order of how often.</summary>
    public static IReadOnlyList<CodePage> All { get; } =
    [
        Latin1, Windows1252, new("windows-1251", 1251, true), new("windows-1250", 1250, true), new("windows-1253", 1253, true), new("windows-1254", 1254, true),
        new("windows-1257", 1257, true), new("iso-8859-2", 28592, false), new("macroman", 10000, false), new("cp437", 437, false),
    ];

    /// <summary>Latin-1 and the seven of Windows that are like it above byte 0xA0.</summary>
    public static IEnumerable<CodePage> LikeLatin1 => All.Take(7);

    /// <summary>The encoding's name.</summary>
    public string Name { get; }

    /// <summary>Whether a character that was lost, U+FFFD, is taken for byte 0x1A.</summary>
    public bool IsSloppy { get; }

    /// <summary>The character of a byte.</summary>
    public char Decode(byte b) => characters[b];

    /// <summary>The bytes of a text; null if it has a character that the encoding lacks.</summary>
    public byte[]? Encode(string text)
    {
        var encoded = new byte[text.Length];
        for (var i = 0; i < text.Length; i++)
        {
            if (!bytes.TryGetValue(text[i], out encoded[i]))
            {
                return null;
            }
        }

        return encoded;
    }
}
