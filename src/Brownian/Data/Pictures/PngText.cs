using System.Buffers.Binary;
using Brownian.Data.Png;

namespace Brownian.Data;

/// <summary>The text that a PNG file carries: keyword → text.</summary>
public static class PngText
{
    /// <summary>All text of a PNG file (tEXt, zTXt and iTXt chunks); of a keyword that comes twice, the last.</summary>
    /// <param name="png">The bytes of the file.</param>
    /// <exception cref="InvalidDataException">Not a PNG, or a damaged one.</exception>
    public static IReadOnlyDictionary<string, string> Read(ReadOnlySpan<byte> png)
    {
        var text = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (type, data) in Chunks(png))
        {
            if (PngTextChunks.Read(png[type], png[data]) is var (keyword, value))
            {
                text[keyword] = value;
            }
        }

        return text;
    }

    /// <summary>All text of a PNG file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InvalidDataException">Not a PNG, or a damaged one.</exception>
    public static IReadOnlyDictionary<string, string> Read(string path)
    {
        try
        {
            return Read(File.ReadAllBytes(path));
        }
        catch (InvalidDataException error)
        {
            throw new InvalidDataException($"{path}: {error.Message}", error);
        }
    }

    /// <summary>The same PNG with this text in place of the text it had.</summary>
    /// <param name="png">The bytes of the file.</param>
    /// <param name="text">Keyword (1 … 79 ASCII characters) → text (any Unicode).</param>
    /// <exception cref="InvalidDataException">Not a PNG, or a damaged one.</exception>
    public static byte[] Write(ReadOnlySpan<byte> png, IReadOnlyDictionary<string, string> text)
    {
        ArgumentNullException.ThrowIfNull(text);
        using var file = new MemoryStream();
        file.Write(PngWriter.Signature);
        foreach (var (type, data) in Chunks(png))
        {
            if (PngTextChunks.Read(png[type], png[data]) is not null)
            {
                continue;
            }

            PngWriter.WriteChunk(file, png[type], png[data]);
            if (png[type].SequenceEqual("IHDR"u8))
            {
                foreach (var (keyword, value) in text)
                {
                    PngTextChunks.Write(file, keyword, value);
                }
            }
        }

        return file.ToArray();
    }

    /// <summary>Where the chunks' types and data are; their checksums are verified.</summary>
    internal static List<(Range Type, Range Data)> Chunks(ReadOnlySpan<byte> png)
    {
        if (!png.StartsWith(PngWriter.Signature))
        {
            throw new InvalidDataException("Not a PNG file: its first bytes are not PNG's signature.");
        }

        var chunks = new List<(Range, Range)>();
        for (var at = 8; ;)
        {
            if (png.Length - at < 12 || BinaryPrimitives.ReadUInt32BigEndian(png[at..]) > png.Length - at - 12)
            {
                throw new InvalidDataException($"Truncated PNG: it ends inside a chunk, at byte {png.Length}.");
            }

            var end = at + 8 + BinaryPrimitives.ReadInt32BigEndian(png[at..]);
            if (Crc32.Of(png[(at + 4)..end]) != BinaryPrimitives.ReadUInt32BigEndian(png[end..]))
            {
                throw new InvalidDataException($"Damaged PNG: wrong checksum of the chunk at byte {at}.");
            }

            chunks.Add((new Range(at + 4, at + 8), new Range(at + 8, end)));
            if (png.Slice(at + 4, 4).SequenceEqual("IEND"u8))
            {
                return chunks;
            }

            at = end + 4;
        }
    }
}
