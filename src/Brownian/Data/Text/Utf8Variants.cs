using System.Text;

namespace Brownian.Data.Text;

/// <summary>UTF-8 as it is, and as Java and old databases write it: surrogates each on its own (CESU-8), and 0 as two bytes.</summary>
internal static class Utf8Variants
{
    private static readonly UTF8Encoding Exact = new(false, throwOnInvalidBytes: true);

    /// <summary>The text of bytes; null if they are not UTF-8.</summary>
    public static string? Decode(byte[] bytes)
    {
        var text = new StringBuilder();
        var start = 0;
        for (var i = 0; i < bytes.Length; i++)
        {
            var (length, character) = Special(bytes.AsSpan(i));
            if (length == 0)
            {
                continue;
            }

            if (Plain(bytes.AsSpan(start, i - start)) is not { } before)
            {
                return null;
            }

            text.Append(before).Append(character);
            start = i + length;
            i = start - 1;
        }

        return Plain(bytes.AsSpan(start)) is { } rest ? text.Append(rest).ToString() : null;
    }

    private static string? Plain(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return Exact.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private static (int Length, string Character) Special(ReadOnlySpan<byte> bytes) => bytes switch
    {
        [0xC0, 0x80, ..] => (2, "\0"),
        [0xED, >= 0xA0 and <= 0xAF, >= 0x80 and <= 0xBF, 0xED, >= 0xB0 and <= 0xBF, >= 0x80 and <= 0xBF, ..] => (6, new Rune(
            0x10000 + ((bytes[1] & 0x0F) << 16) + ((bytes[2] & 0x3F) << 10) + ((bytes[4] & 0x0F) << 6) + (bytes[5] & 0x3F)).ToString()),
        _ => (0, ""),
    };
}
