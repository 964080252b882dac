using System.Buffers.Binary;

namespace Brownian.Data.Png;

/// <summary>Turns a PNG's samples into grey, RGB or RGBA: palettes looked up, transparent colours made alpha, low depths stretched to 8 bits.</summary>
internal static class PngSamples
{
    public static PngImage Expand(PngHeader header, ushort[] samples, ReadOnlySpan<byte> palette, ReadOnlySpan<byte> transparency)
    {
        var levels = header.Bits == 16 ? 65535 : 255;
        return header.Colour switch
        {
            PngColour.Palette => FromPalette(header, samples, palette, transparency),
            PngColour.GreyAlpha => Image(header, 4, levels, SpreadGrey(samples)),
            PngColour.Grey => FromGrey(header, samples, transparency, levels),
            PngColour.Rgb when transparency.Length >= 6 => Image(header, 4, levels, KeyRgb(samples, transparency, levels)),
            PngColour.Rgb => Image(header, 3, levels, samples),
            _ => Image(header, 4, levels, samples),
        };
    }

    private static PngImage Image(PngHeader header, int channels, int levels, ushort[] samples) =>
        new(channels, header.Height, header.Width, levels, samples);

    private static PngImage FromGrey(PngHeader header, ushort[] samples, ReadOnlySpan<byte> transparency, int levels)
    {
        var stretch = header.Bits < 8 ? 255 / ((1 << header.Bits) - 1) : 1;
        if (transparency.Length < 2)
        {
            return Image(header, 1, levels, stretch == 1 ? samples : Array.ConvertAll(samples, value => (ushort)(value * stretch)));
        }

        var key = BinaryPrimitives.ReadUInt16BigEndian(transparency);
        var pairs = new ushort[2 * samples.Length];
        for (var i = 0; i < samples.Length; i++)
        {
            pairs[2 * i] = (ushort)(samples[i] * stretch);
            pairs[2 * i + 1] = samples[i] == key ? (ushort)0 : (ushort)levels;
        }

        return Image(header, 4, levels, SpreadGrey(pairs));
    }

    private static PngImage FromPalette(PngHeader header, ushort[] samples, ReadOnlySpan<byte> palette, ReadOnlySpan<byte> transparency)
    {
        var channels = transparency.Length > 0 ? 4 : 3;
        var expanded = new ushort[(long)channels * samples.Length];
        for (var i = 0; i < samples.Length; i++)
        {
            int entry = samples[i];
            if (3 * entry + 3 > palette.Length)
            {
                throw new InvalidDataException($"Damaged PNG: colour {entry} of a palette of {palette.Length / 3}.");
            }

            for (var c = 0; c < 3; c++)
            {
                expanded[channels * i + c] = palette[3 * entry + c];
            }

            if (channels == 4)
            {
                expanded[4 * i + 3] = entry < transparency.Length ? transparency[entry] : (ushort)255;
            }
        }

        return Image(header, channels, 255, expanded);
    }

    private static ushort[] SpreadGrey(ushort[] pairs)
    {
        var rgba = new ushort[2L * pairs.Length];
        for (var i = 0; i < pairs.Length; i += 2)
        {
            rgba.AsSpan(2 * i, 3).Fill(pairs[i]);
            rgba[2 * i + 3] = pairs[i + 1];
        }

        return rgba;
    }

    private static ushort[] KeyRgb(ushort[] rgb, ReadOnlySpan<byte> transparency, int levels)
    {
        ReadOnlySpan<ushort> key =
        [
            BinaryPrimitives.ReadUInt16BigEndian(transparency),
            BinaryPrimitives.ReadUInt16BigEndian(transparency[2..]),
            BinaryPrimitives.ReadUInt16BigEndian(transparency[4..]),
        ];
        var rgba = new ushort[rgb.Length / 3 * 4L];
        for (var i = 0; i < rgb.Length / 3; i++)
        {
            var pixel = rgb.AsSpan(3 * i, 3);
            pixel.CopyTo(rgba.AsSpan(4 * i));
            rgba[4 * i + 3] = pixel.SequenceEqual(key) ? (ushort)0 : (ushort)levels;
        }

        return rgba;
    }
}
