using System.Numerics;

namespace Brownian.Data;

/// <summary>
/// Antialiased resizing, one axis after the other: each output pixel is the kernel-weighted mean of the input pixels, the kernel stretched
/// by the reduction. The weights are those of Pillow's <c>Image.resize</c> on float pictures (mode F), without its rounding to bytes.
/// </summary>
internal static class Resize
{
    /// <summary>The picture at another size. Alpha is taken care of; nothing is clamped.</summary>
    public static PixelBuffer To(PixelBuffer picture, int height, int width, ResizeFilter filter)
    {
        if ((picture.Height, picture.Width) == (height, width))
        {
            return picture;
        }

        var source = picture.ScaledByAlpha(multiply: true);
        var columns = Taps.For(picture.Width, width, filter);
        var rows = Taps.For(picture.Height, height, filter);
        var wide = new float[picture.Width];
        var result = new PixelBuffer(picture.Channels, height, width);
        for (var c = 0; c < picture.Channels; c++)
        {
            var from = source.Plane(c);
            var to = result.Plane(c);
            for (var y = 0; y < height; y++)
            {
                MixRows(from, picture.Width, rows[y], wide);
                for (var x = 0; x < width; x++)
                {
                    to[y * width + x] = Dot(columns[x].Weights, wide.AsSpan(columns[x].First));
                }
            }
        }

        return result.ScaledByAlpha(multiply: false);
    }

    private static void MixRows(ReadOnlySpan<float> from, int width, Taps taps, float[] mixed)
    {
        Array.Clear(mixed);
        for (var i = 0; i < taps.Weights.Length; i++)
        {
            var row = from.Slice((taps.First + i) * width, width);
            var weight = taps.Weights[i];
            var x = 0;
            for (; x <= width - Vector<float>.Count; x += Vector<float>.Count)
            {
                (new Vector<float>(mixed, x) + weight * new Vector<float>(row[x..])).CopyTo(mixed, x);
            }

            for (; x < width; x++)
            {
                mixed[x] += weight * row[x];
            }
        }
    }

    private static float Dot(float[] weights, ReadOnlySpan<float> values)
    {
        var sum = 0f;
        for (var i = 0; i < weights.Length; i++)
        {
            sum += weights[i] * values[i];
        }

        return sum;
    }

    /// <summary>Which input pixels an output pixel mixes.</summary>
    private readonly record struct Taps(int First, float[] Weights)
    {
        public static Taps[] For(int from, int to, ResizeFilter filter)
        {
            var scale = (double)from / to;
            var stretch = Math.Max(scale, 1);
            var radius = Radius(filter) * stretch;
            var taps = new Taps[to];
            for (var i = 0; i < to; i++)
            {
                var centre = (i + 0.5) * scale;
                var first = Math.Max((int)(centre - radius + 0.5), 0);
                var weights = new double[Math.Min((int)(centre + radius + 0.5), from) - first];
                for (var j = 0; j < weights.Length; j++)
                {
                    weights[j] = Kernel(filter, (first + j + 0.5 - centre) / stretch);
                }

                var sum = weights.Sum();
                taps[i] = new Taps(first, Array.ConvertAll(weights, weight => (float)(weight / sum)));
            }

            return taps;
        }

        private static double Radius(ResizeFilter filter) => filter switch
        {
            ResizeFilter.Box => 0.5,
            ResizeFilter.Bilinear => 1,
            ResizeFilter.Bicubic => 2,
            _ => 3,
        };

        private static double Kernel(ResizeFilter filter, double x) => filter switch
        {
            ResizeFilter.Box => x is > -0.5 and <= 0.5 ? 1 : 0,
            ResizeFilter.Bilinear => Math.Max(0, 1 - Math.Abs(x)),
            ResizeFilter.Bicubic => Cubic(Math.Abs(x)),
            _ => Math.Abs(x) < 3 ? Sinc(x) * Sinc(x / 3) : 0,
        };

        /// <summary>Keys 1981, equation 4, with a = −1/2.</summary>
        private static double Cubic(double x) => x switch
        {
            < 1 => (1.5 * x - 2.5) * x * x + 1,
            < 2 => ((-0.5 * x + 2.5) * x - 4) * x + 2,
            _ => 0,
        };

        private static double Sinc(double x) => x == 0 ? 1 : Math.Sin(Math.PI * x) / (Math.PI * x);
    }
}
