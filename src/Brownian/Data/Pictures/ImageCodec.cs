using System.Runtime.InteropServices;
using Brownian.Data.Png;
using static TorchSharp.torch;

namespace Brownian.Data;

/// <summary>Between tensors in [−1, 1], pictures as bytes, and image files.</summary>
public static partial class ImageCodec
{
    /// <summary>The images of a batch as pictures; each number becomes the nearest of 256 levels.</summary>
    /// <param name="images">[N, C, H, W] or [C, H, W] in [−1, 1] (values outside are clamped); C is 1, 3 or 4.</param>
    public static IReadOnlyList<Picture> FromTensor(Tensor images)
    {
        ArgumentNullException.ThrowIfNull(images);
        using var scope = NewDisposeScope();
        var batch = images.dim() == 3 ? images.unsqueeze(0) : images;
        if (batch.dim() != 4 || batch.size(1) is not (1 or 3 or 4))
        {
            throw new ArgumentException($"images: expected [N, C, H, W] with C = 1, 3 or 4; got [{string.Join(", ", images.shape)}].", nameof(images));
        }

        var numbers = MemoryMarshal.Cast<byte, float>(batch.detach().to(CPU).to(ScalarType.Float32).contiguous().bytes);
        var (channels, height, width) = ((int)batch.size(1), (int)batch.size(2), (int)batch.size(3));
        var pictures = new Picture[batch.size(0)];
        for (var n = 0; n < pictures.Length; n++)
        {
            pictures[n] = new Picture(channels, height, width);
            var image = numbers.Slice(n * channels * height * width, channels * height * width);
            for (var i = 0; i < image.Length; i++)
            {
                pictures[n].Pixels[i] = PixelScale.ToByte(image[i]);
            }
        }

        return pictures;
    }

    /// <summary>A picture as a tensor, [1, C, H, W] float32 in [−1, 1].</summary>
    public static Tensor ToTensor(Picture picture)
    {
        ArgumentNullException.ThrowIfNull(picture);
        var image = empty([1, picture.Channels, picture.Height, picture.Width], ScalarType.Float32);
        PixelScale.ToUnit(picture.Pixels, MemoryMarshal.Cast<byte, float>(image.bytes));
        return image;
    }

    /// <summary>The bytes of a PNG file.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="text">Text to carry along (keyword → text), such as the settings it was made with; read it by <see cref="PngText"/>.</param>
    public static byte[] EncodePng(Picture picture, IReadOnlyDictionary<string, string>? text = null)
    {
        ArgumentNullException.ThrowIfNull(picture);
        return PngWriter.Write(picture, text);
    }

    /// <summary>Writes a PNG file (by way of a temporary file, so that it is never seen half-written).</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="path">The file.</param>
    /// <param name="text">Text to carry along (keyword → text).</param>
    public static void SavePng(Picture picture, string path, IReadOnlyDictionary<string, string>? text = null) =>
        WriteWhole(path, EncodePng(picture, text));

    /// <summary>Writes one image, [C, H, W] or [1, C, H, W] in [−1, 1], as a PNG file.</summary>
    /// <param name="image">The image.</param>
    /// <param name="path">The file.</param>
    /// <param name="text">Text to carry along (keyword → text).</param>
    public static void SavePng(Tensor image, string path, IReadOnlyDictionary<string, string>? text = null) =>
        SavePng(FromTensor(image).Single(), path, text);

    private static void WriteWhole(string path, byte[] bytes)
    {
        var temporary = $"{path}.{Environment.ProcessId}.tmp";
        try
        {
            File.WriteAllBytes(temporary, bytes);
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }
}
