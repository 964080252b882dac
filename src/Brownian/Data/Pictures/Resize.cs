using System.Numerics;

namespace Brownian.Data;

/// <summary>
/// Antialiased resizing, one axis after the other: each output pixel is the kernel-weighted mean of the input pixels, the kernel stretched
/// by the reduction. Bytes come out as from Pillow's <c>Image.resize</c>; floats as from Pillow's mode F and torch's <c>antialias=True</c>.
/// </summary>
public static partial class Resize
{
    /// <summary>The picture at another size. Alpha is taken care of; nothing is clamped.</summary>
    internal static PixelBuffer To(PixelBuffer picture, int height, int width, ResizeFilter filter)
    {
        if ((picture.Height, picture.Width) == (height, width))
        {
            return picture;
        }

        var source = picture.ScaledByAlpha(multiply: true);
        var columns = Single(ResizeTaps.For(picture.Width, width, filter));
        var rows = Single(ResizeTaps.For(picture.Height, height, filter));
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

    private static (int First, float[] Weights)[] Single(ResizeTaps[] taps) =>
        Array.ConvertAll(taps, tap => (tap.First, Array.ConvertAll(tap.Weights, weight => (float)weight)));

    private static void MixRows(ReadOnlySpan<float> from, int width, (int First, float[] Weights) taps, float[] mixed)
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
}
