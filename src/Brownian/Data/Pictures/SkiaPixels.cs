using System.Runtime.InteropServices;
using SkiaSharp;

namespace Brownian.Data;

/// <summary>Between pictures and SkiaSharp: JPEG, WebP and BMP are decoded here, and a truncated file is an error, not half a picture.</summary>
internal static class SkiaPixels
{
    public static Picture Decode(ReadOnlySpan<byte> file)
    {
        using var data = SKData.CreateCopy(file);
        using var codec = SKCodec.Create(data)
            ?? throw new InvalidDataException("Not an image in a known format (PNG, JPEG, WebP, BMP), or its beginning is damaged.");
        var grey = codec.Info.ColorType == SKColorType.Gray8;
        // No colour space: the numbers of the file, as other loaders give them. Straight alpha keeps the colours of transparent pixels.
        var info = new SKImageInfo(
            codec.Info.Width, codec.Info.Height, grey ? SKColorType.Gray8 : SKColorType.Rgba8888, codec.Info.AlphaType == SKAlphaType.Opaque ? SKAlphaType.Opaque : SKAlphaType.Unpremul);
        var pixels = new byte[info.BytesSize64];
        var pinned = GCHandle.Alloc(pixels, GCHandleType.Pinned);
        try
        {
            var result = codec.GetPixels(info, pinned.AddrOfPinnedObject());
            if (result != SKCodecResult.Success)
            {
                throw new InvalidDataException(result == SKCodecResult.IncompleteInput ? "Truncated image." : $"Damaged image ({result}).");
            }
        }
        finally
        {
            pinned.Free();
        }

        var channels = grey ? 1 : info.AlphaType == SKAlphaType.Opaque ? 3 : 4;
        return Upright(Split(pixels, info, channels), codec.EncodedOrigin);
    }

    public static SKBitmap ToBitmap(Picture picture)
    {
        var (type, alpha) = picture.Channels == 1 ? (SKColorType.Gray8, SKAlphaType.Opaque) : (SKColorType.Rgba8888, picture.Channels == 4 ? SKAlphaType.Unpremul : SKAlphaType.Opaque);
        var bitmap = new SKBitmap(new SKImageInfo(picture.Width, picture.Height, type, alpha, SKColorSpace.CreateSrgb()));
        var pixels = bitmap.GetPixelSpan();
        var step = bitmap.BytesPerPixel;
        for (var y = 0; y < picture.Height; y++)
        {
            var row = pixels.Slice(y * bitmap.RowBytes, picture.Width * step);
            for (var x = 0; x < picture.Width; x++)
            {
                for (var c = 0; c < step; c++)
                {
                    row[x * step + c] = c < picture.Channels ? picture.Plane(c)[y * picture.Width + x] : (byte)255;
                }
            }
        }

        return bitmap;
    }

    private static Picture Split(byte[] pixels, SKImageInfo info, int channels)
    {
        var picture = new Picture(channels, info.Height, info.Width);
        var step = info.BytesPerPixel;
        for (var c = 0; c < channels; c++)
        {
            var plane = picture.Plane(c);
            for (var i = 0; i < plane.Length; i++)
            {
                plane[i] = pixels[i * step + c];
            }
        }

        return picture;
    }

    /// <summary>Turns a camera's picture as its Exif orientation says.</summary>
    private static Picture Upright(Picture picture, SKEncodedOrigin origin)
    {
        if (origin is < SKEncodedOrigin.TopRight)
        {
            return picture;
        }

        var turned = origin >= SKEncodedOrigin.LeftTop;
        var (height, width) = turned ? (picture.Width, picture.Height) : (picture.Height, picture.Width);
        var (lastX, lastY) = (picture.Width - 1, picture.Height - 1);
        var upright = new Picture(picture.Channels, height, width);
        for (var c = 0; c < picture.Channels; c++)
        {
            for (var y = 0; y < height; y++)
            {
                for (var x = 0; x < width; x++)
                {
                    var (fromX, fromY) = origin switch
                    {
                        SKEncodedOrigin.TopRight => (lastX - x, y),
                        SKEncodedOrigin.BottomRight => (lastX - x, lastY - y),
                        SKEncodedOrigin.BottomLeft => (x, lastY - y),
                        SKEncodedOrigin.LeftTop => (y, x),
                        SKEncodedOrigin.RightTop => (y, lastY - x),
                        SKEncodedOrigin.RightBottom => (lastX - y, lastY - x),
                        _ => (lastX - y, x),
                    };
                    upright.Plane(c)[y * width + x] = picture.Plane(c)[fromY * picture.Width + fromX];
                }
            }
        }

        return upright;
    }
}
