using System.Buffers.Binary;
using System.IO.Compression;

namespace Brownian.Data.Png;

/// <summary>
/// Reads PNG exactly: every colour type, 1 to 16 bits, interlaced or not, with no colour management. Truncated and damaged files throw
/// (SkiaSharp decodes a truncated PNG to half a picture, and 16 bits only to half floats).
/// </summary>
internal static class PngReader
{
    private const long MostPixels = 1L << 27;

    /// <summary>Decodes a file.</summary>
    /// <exception cref="InvalidDataException">Not a PNG, truncated, damaged, or unreasonably large.</exception>
    public static PngImage Read(ReadOnlySpan<byte> png)
    {
        var chunks = PngText.Chunks(png);
        var (headType, headData) = chunks[0];
        if (!png[headType].SequenceEqual("IHDR"u8) || png[headData].Length != 13)
        {
            throw new InvalidDataException("Damaged PNG: it does not begin with a header.");
        }

        var header = PngHeader.Parse(png[headData]);
        if ((long)header.Width * header.Height > MostPixels)
        {
            throw new InvalidDataException($"PNG of {header.Width}×{header.Height} pixels: more than {MostPixels}.");
        }

        ReadOnlySpan<byte> palette = [], transparency = [];
        using var deflated = new MemoryStream();
        foreach (var (type, data) in chunks)
        {
            if (png[type].SequenceEqual("IDAT"u8))
            {
                deflated.Write(png[data]);
            }
            else if (png[type].SequenceEqual("PLTE"u8))
            {
                palette = png[data];
            }
            else if (png[type].SequenceEqual("tRNS"u8))
            {
                transparency = png[data];
            }
        }

        deflated.Position = 0;
        return PngSamples.Expand(header, Inflate(header, deflated), palette, transparency);
    }

    /// <summary>All samples as 16-bit numbers in the file's own depth, row by row, interlacing undone.</summary>
    private static ushort[] Inflate(PngHeader header, Stream deflated)
    {
        using var inflate = new ZLibStream(deflated, CompressionMode.Decompress);
        var samples = new ushort[header.Width * header.Height * header.Samples];
        try
        {
            foreach (var pass in header.Interlaced ? PngHeader.Adam7 : [(0, 0, 1, 1)])
            {
                ReadPass(header, inflate, pass, samples);
            }
        }
        catch (EndOfStreamException end)
        {
            throw new InvalidDataException("Truncated PNG: fewer pixels than its header says.", end);
        }

        return samples;
    }

    private static void ReadPass(PngHeader header, Stream inflate, (int X, int Y, int StepX, int StepY) pass, ushort[] samples)
    {
        var width = (header.Width - pass.X + pass.StepX - 1) / pass.StepX;
        var height = (header.Height - pass.Y + pass.StepY - 1) / pass.StepY;
        if (width <= 0 || height <= 0)
        {
            return;
        }

        var rowBytes = (int)(((long)width * header.Samples * header.Bits + 7) / 8);
        var step = Math.Max(1, header.Samples * header.Bits / 8);
        var (line, above) = (new byte[rowBytes + 1], new byte[rowBytes + 1]);
        for (var y = 0; y < height; y++)
        {
            inflate.ReadExactly(line);
            PngFilter.Undo(line[0], line.AsSpan(1), above.AsSpan(1), step);
            var start = ((pass.Y + y * pass.StepY) * header.Width + pass.X) * header.Samples;
            Unpack(line.AsSpan(1), header, width, pass.StepX * header.Samples, samples.AsSpan(start));
            (line, above) = (above, line);
        }
    }

    private static void Unpack(ReadOnlySpan<byte> line, PngHeader header, int width, int stride, Span<ushort> samples)
    {
        for (var x = 0; x < width; x++)
        {
            var at = x * stride;
            for (var s = 0; s < header.Samples; s++)
            {
                var i = x * header.Samples + s;
                samples[at + s] = header.Bits switch
                {
                    16 => BinaryPrimitives.ReadUInt16BigEndian(line[(2 * i)..]),
                    8 => line[i],
                    _ => (ushort)((line[i * header.Bits / 8] >> (8 - header.Bits - i * header.Bits % 8)) & ((1 << header.Bits) - 1)),
                };
            }
        }
    }
}
