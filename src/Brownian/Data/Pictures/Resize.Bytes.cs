namespace Brownian.Data;

/// <content>Pictures of bytes, bit for bit as Pillow resizes them.</content>
public static partial class Resize
{
    // Weights are integers of this many binary places; 8 bits are the pixel's, 2 are spare for kernels that overshoot.
    private const int Places = 32 - 8 - 2;

    /// <summary>
    /// The picture at another size: columns first, then rows, each rounded to bytes and clipped, in Pillow's fixed-point arithmetic. Colours
    /// are weighted by alpha, except by <see cref="ResizeFilter.Nearest"/>.
    /// </summary>
    /// <param name="picture">The picture.</param>
    /// <param name="height">Rows wanted, in pixels.</param>
    /// <param name="width">Columns wanted, in pixels.</param>
    /// <param name="filter">The kernel.</param>
    public static Picture To(Picture picture, int height, int width, ResizeFilter filter = ResizeFilter.Bicubic)
    {
        ArgumentNullException.ThrowIfNull(picture);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        if ((picture.Height, picture.Width) == (height, width))
        {
            return new(picture.Channels, height, width, [.. picture.Pixels]);
        }

        var weighs = picture.Channels == 4 && filter != ResizeFilter.Nearest;
        var h = weighs ? WithAlpha(picture, Multiplied) : picture;
        h = picture.Width == width ? h : Columns(h, Fixed(picture.Width, width, filter));
        h = picture.Height == height ? h : Rows(h, Fixed(picture.Height, height, filter));
        return weighs ? WithAlpha(h, Divided) : h;
    }

    private static Picture Columns(Picture picture, (int First, int[] Weights)[] taps)
    {
        var result = new Picture(picture.Channels, picture.Height, taps.Length);
        for (var row = 0; row < picture.Channels * picture.Height; row++)
        {
            var from = picture.Pixels.AsSpan(row * picture.Width, picture.Width);
            var to = result.Pixels.AsSpan(row * taps.Length, taps.Length);
            for (var x = 0; x < to.Length; x++)
            {
                var (first, weights) = taps[x];
                var sum = 1 << (Places - 1);
                for (var j = 0; j < weights.Length; j++)
                {
                    sum += from[first + j] * weights[j];
                }

                to[x] = Clip(sum);
            }
        }

        return result;
    }

    private static Picture Rows(Picture picture, (int First, int[] Weights)[] taps)
    {
        var result = new Picture(picture.Channels, taps.Length, picture.Width);
        var sums = new int[picture.Width];
        for (var row = 0; row < picture.Channels * taps.Length; row++)
        {
            var (first, weights) = taps[row % taps.Length];
            Array.Fill(sums, 1 << (Places - 1));
            for (var j = 0; j < weights.Length; j++)
            {
                var from = picture.Plane(row / taps.Length).Slice((first + j) * picture.Width, picture.Width);
                for (var x = 0; x < sums.Length; x++)
                {
                    sums[x] += from[x] * weights[j];
                }
            }

            var to = result.Pixels.AsSpan(row * picture.Width, picture.Width);
            for (var x = 0; x < to.Length; x++)
            {
                to[x] = Clip(sums[x]);
            }
        }

        return result;
    }

    private static (int First, int[] Weights)[] Fixed(int from, int to, ResizeFilter filter) => Array.ConvertAll(
        ResizeTaps.For(from, to, filter),
        tap => (tap.First, Array.ConvertAll(tap.Weights, weight => (int)(weight * (1 << Places) + (weight < 0 ? -0.5 : 0.5)))));

    private static byte Clip(int sum) => (byte)Math.Clamp(sum >> Places, 0, 255);

    private static Picture WithAlpha(Picture picture, Func<int, int, byte> change)
    {
        var result = new Picture(4, picture.Height, picture.Width);
        var alpha = picture.Plane(3);
        alpha.CopyTo(result.Plane(3));
        for (var c = 0; c < 3; c++)
        {
            var from = picture.Plane(c);
            var to = result.Plane(c);
            for (var i = 0; i < to.Length; i++)
            {
                to[i] = change(from[i], alpha[i]);
            }
        }

        return result;
    }

    // c·a/255, rounded, without a division.
    private static byte Multiplied(int colour, int alpha)
    {
        var product = colour * alpha + 128;
        return (byte)(((product >> 8) + product) >> 8);
    }

    private static byte Divided(int colour, int alpha) => alpha is 0 or 255 ? (byte)colour : (byte)Math.Min(255 * colour / alpha, 255);
}
