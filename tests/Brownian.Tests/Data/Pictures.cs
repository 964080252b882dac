using Brownian.Data;

namespace Brownian.Tests.Data;

/// <summary>Pictures to write to files.</summary>
internal static class Pictures
{
    /// <summary>A smooth picture that differs for each <paramref name="key"/>.</summary>
    public static Picture Smooth(int channels, int height, int width, int key = 0)
    {
        var picture = new Picture(channels, height, width);
        for (var i = 0; i < picture.Pixels.Length; i++)
        {
            var (c, y, x) = (i / (height * width), i / width % height, i % width);
            picture.Pixels[i] = (byte)(128 + 100 * Math.Sin(0.11 * x + 0.5 * c + key) * Math.Cos(0.13 * y + 0.7 * key));
        }

        return picture;
    }

    /// <summary>A picture of random bytes.</summary>
    public static Picture Noise(int channels, int height, int width, ulong seed = 0)
    {
        var picture = new Picture(channels, height, width);
        var random = new KeyedRandom(seed, 1);
        for (var i = 0; i < picture.Pixels.Length; i++)
        {
            picture.Pixels[i] = (byte)random.Bits();
        }

        return picture;
    }

    /// <summary>One colour.</summary>
    public static Picture Plain(byte r, byte g, byte b, int side)
    {
        var picture = new Picture(3, side, side);
        picture.Plane(0).Fill(r);
        picture.Plane(1).Fill(g);
        picture.Plane(2).Fill(b);
        return picture;
    }

    /// <summary>An image of a set.</summary>
    public static byte[] Of(IImageDataset set, int index)
    {
        var picture = new byte[set.Channels * set.Height * set.Width];
        set.Read(index, picture);
        return picture;
    }
}
