using System.Text;

namespace Brownian.Cli.Terminals;

/// <summary>Sixel graphics (DEC VT340 programmer reference): columns of six pixels, one pass for each colour.</summary>
internal static class Sixel
{
    // A colour cube with an axis for each channel; the eye is finest in green. 6 · 7 · 6 = 252 of 256 registers.
    private const int Reds = 6, Greens = 7, Blues = 6;

    public static string Encode(Pixels picture)
    {
        var indices = Quantize(picture);
        var text = new StringBuilder($"\ePq\"1;1;{picture.Width};{picture.Height}");
        foreach (var colour in indices.Distinct().Order())
        {
            var (r, g, b) = (colour / (Greens * Blues), colour / Blues % Greens, colour % Blues);
            text.Append($"#{colour};2;{r * 100 / (Reds - 1)};{g * 100 / (Greens - 1)};{b * 100 / (Blues - 1)}");
        }

        for (var band = 0; band < picture.Height; band += 6)
        {
            WriteBand(text, indices, picture.Width, band, Math.Min(6, picture.Height - band));
        }

        return text.Append("\e\\").ToString();
    }

    private static void WriteBand(StringBuilder text, int[] indices, int width, int top, int rows)
    {
        foreach (var colour in indices.AsSpan(top * width, rows * width).ToArray().Distinct())
        {
            text.Append('#').Append(colour);
            for (var x = 0; x < width;)
            {
                var bits = Bits(indices, width, top, rows, x, colour);
                var run = 1;
                while (x + run < width && Bits(indices, width, top, rows, x + run, colour) == bits)
                {
                    run++;
                }

                text.Append(run > 3 ? $"!{run}" : "").Append((char)('?' + bits), run > 3 ? 1 : run);
                x += run;
            }

            text.Append('$');
        }

        text.Append('-');
    }

    private static int Bits(int[] indices, int width, int top, int rows, int x, int colour)
    {
        var bits = 0;
        for (var y = 0; y < rows; y++)
        {
            bits |= indices[((top + y) * width) + x] == colour ? 1 << y : 0;
        }

        return bits;
    }

    /// <summary>To the colour cube, the error spread to the neighbours (Floyd and Steinberg 1976).</summary>
    private static int[] Quantize(Pixels picture)
    {
        var (width, height) = (picture.Width, picture.Height);
        var values = Array.ConvertAll(picture.Rgb, b => (float)b);
        var indices = new int[width * height];
        Span<int> level = stackalloc int[3];
        ReadOnlySpan<int> sizes = [Reds, Greens, Blues];
        for (var i = 0; i < indices.Length; i++)
        {
            var (x, y) = (i % width, i / width);
            for (var channel = 0; channel < 3; channel++)
            {
                var value = values[(3 * i) + channel];
                level[channel] = Math.Clamp((int)MathF.Round(value / 255 * (sizes[channel] - 1)), 0, sizes[channel] - 1);
                var error = value - (level[channel] * 255f / (sizes[channel] - 1));
                Spread(x + 1, y, channel, error * 7 / 16);
                Spread(x - 1, y + 1, channel, error * 3 / 16);
                Spread(x, y + 1, channel, error * 5 / 16);
                Spread(x + 1, y + 1, channel, error * 1 / 16);
            }

            indices[i] = (((level[0] * Greens) + level[1]) * Blues) + level[2];
        }

        return indices;

        void Spread(int x, int y, int channel, float error)
        {
            if (x >= 0 && x < width && y < height)
            {
                values[(((y * width) + x) * 3) + channel] += error;
            }
        }
    }
}
