using SkiaSharp;

namespace Brownian.Cli.Terminals;

/// <summary>8-bit RGB pixels to be shown, row by row.</summary>
/// <param name="Width">Pixels a row.</param>
/// <param name="Height">Rows.</param>
/// <param name="Rgb">3 · width · height bytes.</param>
internal sealed record Pixels(int Width, int Height, byte[] Rgb)
{
    public (byte R, byte G, byte B) this[int x, int y]
    {
        get
        {
            var at = ((y * Width) + x) * 3;
            return (Rgb[at], Rgb[at + 1], Rgb[at + 2]);
        }
    }

    /// <summary>A picture of the library; grey is spread to the three colours, and alpha is laid over white.</summary>
    public static Pixels Of(Data.Picture picture)
    {
        var (area, pixels) = (picture.Width * picture.Height, picture.Pixels);
        var rgb = new byte[area * 3];
        for (var i = 0; i < area; i++)
        {
            var alpha = picture.Channels == 4 ? pixels[(3 * area) + i] : 255;
            for (var channel = 0; channel < 3; channel++)
            {
                var value = pixels[(picture.Channels == 1 ? 0 : channel * area) + i];
                rgb[(3 * i) + channel] = (byte)(((value * alpha) + (255 * (255 - alpha)) + 127) / 255);
            }
        }

        return new(picture.Width, picture.Height, rgb);
    }

    public static Pixels Decode(byte[] file)
    {
        using var bitmap = SKBitmap.Decode(file) ?? throw new InvalidDataException("the picture cannot be decoded");
        return Of(bitmap);
    }

    public byte[] ToPng()
    {
        using var bitmap = ToBitmap();
        using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }

    /// <summary>Averaged down to fit, or unchanged when it fits already.</summary>
    public Pixels Fit(int width, int height)
    {
        var scale = Math.Min((double)width / Width, (double)height / Height);
        return scale >= 1 ? this : Resized(scale, new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
    }

    /// <summary>Each pixel drawn as a square of <paramref name="factor"/> pixels.</summary>
    public Pixels Enlarge(int factor) => factor <= 1 ? this : Resized(factor, new SKSamplingOptions(SKFilterMode.Nearest));

    private Pixels Resized(double scale, SKSamplingOptions sampling)
    {
        using var bitmap = ToBitmap();
        using var resized = bitmap.Resize(
            new SKImageInfo(Math.Max(1, (int)(Width * scale)), Math.Max(1, (int)(Height * scale)), SKColorType.Rgba8888, SKAlphaType.Opaque), sampling);
        return Of(resized);
    }

    private static Pixels Of(SKBitmap bitmap)
    {
        var rgb = new byte[bitmap.Width * bitmap.Height * 3];
        var at = 0;
        foreach (var pixel in bitmap.Pixels)
        {
            (rgb[at], rgb[at + 1], rgb[at + 2]) = (pixel.Red, pixel.Green, pixel.Blue);
            at += 3;
        }

        return new(bitmap.Width, bitmap.Height, rgb);
    }

    private SKBitmap ToBitmap()
    {
        var bitmap = new SKBitmap(new SKImageInfo(Width, Height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        var pixels = bitmap.GetPixelSpan();
        for (var i = 0; i < Width * Height; i++)
        {
            Rgb.AsSpan(3 * i, 3).CopyTo(pixels[(4 * i)..]);
            pixels[(4 * i) + 3] = 255;
        }

        return bitmap;
    }
}
