using System.Buffers.Binary;
using System.IO.Compression;
using Brownian.Data;
using Brownian.Data.Png;

namespace Brownian.Tests.Data;

/// <summary>PNGs of every colour type and depth, made here byte by byte.</summary>
public sealed class PngReaderTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void Few_bits_of_grey_are_stretched_to_bytes(int bits)
    {
        var levels = 1 << bits;
        // One row of all levels: bits packed from the left.
        var row = new byte[(levels * bits + 7) / 8];
        for (var i = 0; i < levels; i++)
        {
            row[i * bits / 8] |= (byte)(i << (8 - bits - i * bits % 8));
        }

        var picture = ImageCodec.Decode(Make(levels, 1, bits, colour: 0, [0, .. row]));
        Assert.Equal(Enumerable.Range(0, levels).Select(i => (byte)(255 * i / (levels - 1))), picture.Pixels);
    }

    [Fact]
    public void A_palette_is_looked_up_and_its_transparency_becomes_alpha()
    {
        byte[] palette = [1, 2, 3, 40, 50, 60];
        var plain = ImageCodec.Decode(Make(2, 1, 8, colour: 3, [0, 1, 0], ("PLTE", palette)));
        Assert.Equal(new byte[] { 40, 1, 50, 2, 60, 3 }, plain.Pixels);
        var clear = ImageCodec.Decode(Make(2, 1, 8, colour: 3, [0, 1, 0], ("PLTE", palette), ("tRNS", [7])));
        Assert.Equal(new byte[] { 40, 1, 50, 2, 60, 3, 255, 7 }, clear.Pixels);
        Assert.Throws<InvalidDataException>(() => ImageCodec.Decode(Make(2, 1, 8, colour: 3, [0, 2, 0], ("PLTE", palette))));
    }

    [Fact]
    public void Grey_with_alpha_and_transparent_colours_become_rgba()
    {
        Assert.Equal(new byte[] { 9, 8, 9, 8, 9, 8, 100, 0 }, ImageCodec.Decode(Make(2, 1, 8, colour: 4, [0, 9, 100, 8, 0])).Pixels);
        Assert.Equal(new byte[] { 5, 6, 5, 6, 5, 6, 0, 255 }, ImageCodec.Decode(Make(2, 1, 8, colour: 0, [0, 5, 6], ("tRNS", [0, 5]))).Pixels);
        Assert.Equal(
            new byte[] { 1, 4, 2, 5, 3, 6, 255, 0 },
            ImageCodec.Decode(Make(2, 1, 8, colour: 2, [0, 1, 2, 3, 4, 5, 6], ("tRNS", [0, 4, 0, 5, 0, 6]))).Pixels);
    }

    [Fact]
    public void All_filters_are_undone()
    {
        var picture = Pictures.Noise(3, 10, 13);
        var raw = Interleaved(picture);
        var (filtered, above) = (new List<byte>(), new byte[39]);
        for (var y = 0; y < 10; y++)
        {
            var row = raw.AsSpan(39 * y, 39);
            var difference = new byte[39];
            PngFilter.Apply((byte)(y % 5), row, above, 3, difference);
            filtered.AddRange([(byte)(y % 5), .. difference]);
            above = row.ToArray();
        }

        Assert.Equal(picture.Pixels, ImageCodec.Decode(Make(13, 10, 8, colour: 2, [.. filtered])).Pixels);
        filtered[0] = 5;
        Assert.Throws<InvalidDataException>(() => ImageCodec.Decode(Make(13, 10, 8, colour: 2, [.. filtered])));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 5)]
    [InlineData(9, 17)]
    public void Interlaced_pictures_are_put_together(int height, int width)
    {
        var picture = Pictures.Noise(1, height, width);
        // Pass by pass: first pixel and steps (PNG specification, section 8.2).
        var rows = new List<byte>();
        foreach (var (x0, y0, dx, dy) in new[] { (0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2) })
        {
            for (var y = y0; y < height && x0 < width; y += dy)
            {
                rows.Add(0);
                for (var x = x0; x < width; x += dx)
                {
                    rows.Add(picture.Pixels[y * width + x]);
                }
            }
        }

        Assert.Equal(picture.Pixels, ImageCodec.Decode(Make(width, height, 8, colour: 0, [.. rows], interlaced: true)).Pixels);
    }

    [Fact]
    public void Headers_that_cannot_be_are_refused()
    {
        Assert.Throws<InvalidDataException>(() => ImageCodec.Decode(Make(2, 1, 3, colour: 0, [0, 1, 2])));
        Assert.Throws<InvalidDataException>(() => ImageCodec.Decode(Make(2, 1, 8, colour: 5, [0, 1, 2])));
        Assert.Throws<InvalidDataException>(() => ImageCodec.Decode(Make(0, 1, 8, colour: 0, [0])));
        Assert.Throws<InvalidDataException>(() => ImageCodec.Decode(Make(1 << 30, 1 << 30, 16, colour: 6, [0])));
        Assert.Throws<InvalidDataException>(() => ImageCodec.Decode(Make(2, 2, 8, colour: 0, [0, 1, 2])));
    }

    private static byte[] Interleaved(Picture picture)
    {
        var area = picture.Height * picture.Width;
        return [.. Enumerable.Range(0, picture.Pixels.Length).Select(i => picture.Plane(i % picture.Channels)[i / picture.Channels % area])];
    }

    private static byte[] Make(int width, int height, int bits, byte colour, byte[] rows, params (string Type, byte[] Data)[] more) =>
        Make(width, height, bits, colour, rows, false, more);

    private static byte[] Make(int width, int height, int bits, byte colour, byte[] rows, bool interlaced, params (string Type, byte[] Data)[] more)
    {
        using var file = new MemoryStream();
        file.Write(PngWriter.Signature);
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9], header[12]) = ((byte)bits, colour, interlaced ? (byte)1 : (byte)0);
        PngWriter.WriteChunk(file, "IHDR"u8, header);
        foreach (var (type, data) in more)
        {
            PngWriter.WriteChunk(file, System.Text.Encoding.ASCII.GetBytes(type), data);
        }

        using var packed = new MemoryStream();
        using (var deflate = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            deflate.Write(rows);
        }

        // In two chunks: the pixels may be split anywhere.
        var bytes = packed.ToArray();
        PngWriter.WriteChunk(file, "IDAT"u8, bytes.AsSpan(0, bytes.Length / 2));
        PngWriter.WriteChunk(file, "IDAT"u8, bytes.AsSpan(bytes.Length / 2));
        PngWriter.WriteChunk(file, "IEND"u8, []);
        return file.ToArray();
    }
}
