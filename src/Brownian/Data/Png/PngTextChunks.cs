using System.IO.Compression;
using System.Text;

namespace Brownian.Data.Png;

/// <summary>The chunks that carry text: tEXt (Latin-1), zTXt (the same deflated), iTXt (UTF-8). PNG specification, section 11.3.3.</summary>
internal static class PngTextChunks
{
    private const int LargestText = 64 << 20;

    /// <summary>Writes a tEXt chunk when the text is Latin-1, an iTXt chunk otherwise.</summary>
    public static void Write(Stream file, string keyword, string text)
    {
        if (keyword.Length is 0 or > 79 || keyword.Any(c => c is < ' ' or > '~') || keyword.Trim() != keyword)
        {
            throw new ArgumentException($"A PNG keyword is 1 to 79 printable ASCII characters without a space at its ends; got '{keyword}'.", nameof(keyword));
        }

        if (text.Contains('\0'))
        {
            throw new ArgumentException($"PNG text cannot hold the character U+0000 (keyword '{keyword}').", nameof(text));
        }

        byte[] name = [.. Encoding.Latin1.GetBytes(keyword), 0];
        if (text.All(c => c is '\n' or (>= ' ' and <= '~') or (>= '\u00A1' and <= '\u00FF')))
        {
            PngWriter.WriteChunk(file, "tEXt"u8, [.. name, .. Encoding.Latin1.GetBytes(text)]);
        }
        else
        {
            // Not compressed, method 0, no language, no translated keyword.
            PngWriter.WriteChunk(file, "iTXt"u8, [.. name, 0, 0, 0, 0, .. Encoding.UTF8.GetBytes(text)]);
        }
    }

    /// <summary>The keyword and text of a chunk; null when it is of another type.</summary>
    public static (string Keyword, string Text)? Read(ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        var end = data.IndexOf((byte)0);
        if (end < 1)
        {
            return null;
        }

        var keyword = Encoding.Latin1.GetString(data[..end]);
        var rest = data[(end + 1)..];
        if (type.SequenceEqual("tEXt"u8))
        {
            return (keyword, Encoding.Latin1.GetString(rest));
        }

        if (type.SequenceEqual("zTXt"u8) && rest.Length > 1)
        {
            return (keyword, Encoding.Latin1.GetString(Inflate(rest[1..])));
        }

        return type.SequenceEqual("iTXt"u8) && rest.Length >= 4 ? (keyword, International(rest)) : null;
    }

    private static string International(ReadOnlySpan<byte> rest)
    {
        var compressed = rest[0] == 1;
        rest = rest[2..];
        rest = rest[(rest.IndexOf((byte)0) + 1)..];
        rest = rest[(rest.IndexOf((byte)0) + 1)..];
        return Encoding.UTF8.GetString(compressed ? Inflate(rest) : rest);
    }

    private static ReadOnlySpan<byte> Inflate(ReadOnlySpan<byte> deflated)
    {
        using var inflate = new ZLibStream(new MemoryStream(deflated.ToArray()), CompressionMode.Decompress);
        var text = new byte[4096];
        var length = 0;
        while (inflate.Read(text.AsSpan(length)) is > 0 and var read)
        {
            length += read;
            if (length > LargestText)
            {
                throw new InvalidDataException($"PNG text longer than {LargestText} bytes.");
            }

            if (length == text.Length)
            {
                Array.Resize(ref text, 2 * length);
            }
        }

        return text.AsSpan(0, length);
    }
}
