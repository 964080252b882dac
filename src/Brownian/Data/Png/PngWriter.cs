using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Brownian.Data.Png;

/// <summary>Writes PNG: 8 or 16 bits, grey, RGB or RGBA, with text chunks.</summary>
internal static class PngWriter
{
    public static ReadOnlySpan<byte> Signature => [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>A PNG file of a picture.</summary>
    public static byte[] Write(Picture picture, IReadOnlyDictionary<string, string>? text) =>
        Write(picture.Channels, picture.Height, picture.Width, 8, Interleave(picture), text);

    /// <summary>A PNG file of rows of samples (HWC; 16-bit samples are big-endian).</summary>
    public static byte[] Write(int channels, int height, int width, int bits, byte[] samples, IReadOnlyDictionary<string, string>? text)
    {
        using var file = new MemoryStream();
        file.Write(Signature);
        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], height);
        header[8] = (byte)bits;
        header[9] = channels switch { 1 => 0, 3 => 2, _ => 6 };
        header[10..].Clear();
        WriteChunk(file, "IHDR"u8, header);
        foreach (var (keyword, value) in text ?? new Dictionary<string, string>())
        {
            PngTextChunks.Write(file, keyword, value);
        }

        WriteChunk(file, "IDAT"u8, Compress(samples, width * channels * bits / 8, channels * bits / 8));
        WriteChunk(file, "IEND"u8, []);
        return file.ToArray();
    }

    /// <summary>One chunk: length, type, data, checksum.</summary>
    public static void WriteChunk(Stream file, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        file.Write(number);
        file.Write(type);
        file.Write(data);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc32.Of(data, Crc32.Of(type)));
        file.Write(number);
    }

    private static byte[] Interleave(Picture picture)
    {
        var (channels, area) = (picture.Channels, picture.Height * picture.Width);
        var samples = new byte[picture.Pixels.Length];
        for (var c = 0; c < channels; c++)
        {
            var plane = picture.Plane(c);
            for (var i = 0; i < area; i++)
            {
                samples[i * channels + c] = plane[i];
            }
        }

        return samples;
    }

    /// <summary>Each row with the filter whose differences are smallest (the heuristic of the specification, section 12.7), deflated.</summary>
    private static byte[] Compress(byte[] samples, int rowBytes, int step)
    {
        using var compressed = new MemoryStream();
        using (var deflate = new ZLibStream(compressed, CompressionLevel.Optimal, leaveOpen: true))
        {
            var above = new byte[rowBytes];
            var (tried, best) = (new byte[rowBytes + 1], new byte[rowBytes + 1]);
            for (var row = 0; row < samples.Length; row += rowBytes)
            {
                var current = samples.AsSpan(row, rowBytes);
                var smallest = long.MaxValue;
                for (byte filter = 0; filter < 5; filter++)
                {
                    tried[0] = filter;
                    PngFilter.Apply(filter, current, above, step, tried.AsSpan(1));
                    if (Size(tried.AsSpan(1)) is var size && size < smallest)
                    {
                        smallest = size;
                        (tried, best) = (best, tried);
                    }
                }

                deflate.Write(best);
                current.CopyTo(above);
            }
        }

        return compressed.ToArray();
    }

    private static long Size(ReadOnlySpan<byte> differences)
    {
        var sum = 0L;
        foreach (var difference in differences)
        {
            sum += Math.Abs((int)(sbyte)difference);
        }

        return sum;
    }
}
