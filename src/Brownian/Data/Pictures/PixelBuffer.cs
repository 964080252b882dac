using Brownian.Data.Png;

namespace Brownian.Data;

/// <summary>A picture as numbers 0 … 255 (16-bit files keep their fractions), channel by channel, for resizing and mixing.</summary>
internal sealed class PixelBuffer(int channels, int height, int width)
{
    public int Channels => channels;

    public int Height => height;

    public int Width => width;

    /// <summary>C × H × W numbers.</summary>
    public float[] Values { get; } = new float[(long)channels * height * width];

    public static PixelBuffer From(PngImage png)
    {
        var buffer = new PixelBuffer(png.Channels, png.Height, png.Width);
        var area = png.Height * png.Width;
        var scale = png.Levels / 255;
        for (var c = 0; c < png.Channels; c++)
        {
            var plane = buffer.Plane(c);
            for (var i = 0; i < area; i++)
            {
                plane[i] = (float)png.Samples[i * png.Channels + c] / scale;
            }
        }

        return buffer;
    }

    public static PixelBuffer From(Picture picture)
    {
        var buffer = new PixelBuffer(picture.Channels, picture.Height, picture.Width);
        for (var i = 0; i < picture.Pixels.Length; i++)
        {
            buffer.Values[i] = picture.Pixels[i];
        }

        return buffer;
    }

    public Span<float> Plane(int channel) => Values.AsSpan(channel * height * width, height * width);

    /// <summary>The nearest bytes.</summary>
    public Picture ToPicture()
    {
        var picture = new Picture(channels, height, width);
        for (var i = 0; i < Values.Length; i++)
        {
            picture.Pixels[i] = (byte)Math.Clamp(Values[i] + 0.5f, 0f, 255f);
        }

        return picture;
    }

    /// <summary>The same in 1, 3 or 4 channels; alpha that is not kept is laid on <paramref name="background"/>.</summary>
    public PixelBuffer WithChannels(int wanted, Rgb background)
    {
        if (wanted == channels)
        {
            return this;
        }

        return (channels, wanted) switch
        {
            (4, _) => OnBackground(background).WithChannels(wanted, background),
            (3, 1) => ToGrey(),
            (1, _) => Spread().WithChannels(wanted, background),
            (3, 4) => WithAlpha(),
            _ => throw new ArgumentOutOfRangeException(nameof(wanted), wanted, "Expected 1 (grey), 3 (RGB) or 4 (RGBA) channels."),
        };
    }

    /// <summary>Multiplies or divides the colours by alpha: a resize must not mix in the colour of transparent pixels.</summary>
    public PixelBuffer ScaledByAlpha(bool multiply)
    {
        if (channels != 4)
        {
            return this;
        }

        var scaled = new PixelBuffer(4, height, width);
        var alpha = Plane(3);
        alpha.CopyTo(scaled.Plane(3));
        for (var c = 0; c < 3; c++)
        {
            var from = Plane(c);
            var to = scaled.Plane(c);
            for (var i = 0; i < to.Length; i++)
            {
                to[i] = multiply ? from[i] * alpha[i] / 255 : alpha[i] > 0 ? from[i] * 255 / alpha[i] : 0;
            }
        }

        return scaled;
    }

    private PixelBuffer OnBackground(Rgb background)
    {
        var mixed = new PixelBuffer(3, height, width);
        var alpha = Plane(3);
        ReadOnlySpan<byte> under = [background.R, background.G, background.B];
        for (var c = 0; c < 3; c++)
        {
            var from = Plane(c);
            var to = mixed.Plane(c);
            for (var i = 0; i < to.Length; i++)
            {
                to[i] = under[c] + (from[i] - under[c]) * alpha[i] / 255;
            }
        }

        return mixed;
    }

    /// <summary>ITU-R BT.601 luma.</summary>
    private PixelBuffer ToGrey()
    {
        var grey = new PixelBuffer(1, height, width);
        for (var i = 0; i < grey.Values.Length; i++)
        {
            grey.Values[i] = 0.299f * Plane(0)[i] + 0.587f * Plane(1)[i] + 0.114f * Plane(2)[i];
        }

        return grey;
    }

    private PixelBuffer Spread()
    {
        var rgb = new PixelBuffer(3, height, width);
        for (var c = 0; c < 3; c++)
        {
            Values.CopyTo(rgb.Plane(c));
        }

        return rgb;
    }

    private PixelBuffer WithAlpha()
    {
        var rgba = new PixelBuffer(4, height, width);
        Values.CopyTo(rgba.Values.AsSpan());
        rgba.Plane(3).Fill(255);
        return rgba;
    }
}
