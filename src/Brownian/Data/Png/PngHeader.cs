using System.Buffers.Binary;

namespace Brownian.Data.Png;

/// <summary>What a PNG's header says.</summary>
internal readonly record struct PngHeader(int Width, int Height, int Bits, PngColour Colour, bool Interlaced)
{
    /// <summary>The seven passes of interlacing: first column and row, steps.</summary>
    public static (int X, int Y, int StepX, int StepY)[] Adam7 { get; } =
        [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];

    /// <summary>Numbers per pixel in the file.</summary>
    public int Samples => Colour switch { PngColour.Rgb => 3, PngColour.GreyAlpha => 2, PngColour.Rgba => 4, _ => 1 };

    public static PngHeader Parse(ReadOnlySpan<byte> data)
    {
        var header = new PngHeader(
            BinaryPrimitives.ReadInt32BigEndian(data), BinaryPrimitives.ReadInt32BigEndian(data[4..]), data[8], (PngColour)data[9], data[12] == 1);
        var depths = header.Colour switch
        {
            PngColour.Grey => new[] { 1, 2, 4, 8, 16 },
            PngColour.Palette => [1, 2, 4, 8],
            PngColour.Rgb or PngColour.GreyAlpha or PngColour.Rgba => [8, 16],
            _ => [],
        };
        if (header.Width < 1 || header.Height < 1 || data[10] != 0 || data[11] != 0 || data[12] > 1 || !depths.Contains(header.Bits))
        {
            throw new InvalidDataException($"Damaged PNG header: {header.Width}×{header.Height}, {header.Bits} bits, colour type {data[9]}.");
        }

        return header;
    }
}
