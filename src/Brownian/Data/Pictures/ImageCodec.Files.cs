using System.Runtime.InteropServices;
using Brownian.Data.Png;
using Brownian.Data.Sources;
using SkiaSharp;
using static TorchSharp.torch;

namespace Brownian.Data;

/// <content>Decoding files, and the formats that SkiaSharp writes.</content>
public static partial class ImageCodec
{
    /// <summary>The endings of the files that can be read.</summary>
    public static IReadOnlyList<string> Extensions { get; } = [".png", ".jpg", ".jpeg", ".webp", ".bmp"];

    /// <summary>Decodes a PNG, JPEG, WebP or BMP file to bytes; 16-bit files are rounded to 8 bits.</summary>
    /// <param name="file">The bytes of the file.</param>
    /// <exception cref="InvalidDataException">Not such a file, damaged or truncated.</exception>
    public static Picture Decode(ReadOnlySpan<byte> file) => DecodePixels(file).ToPicture();

    /// <summary>Reads and decodes a PNG, JPEG, WebP or BMP file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InvalidDataException">Not such a file, damaged or truncated.</exception>
    public static Picture Load(string path)
    {
        try
        {
            return Decode(File.ReadAllBytes(path));
        }
        catch (InvalidDataException error)
        {
            throw new InvalidDataException($"{path}: {error.Message}", error);
        }
    }

    /// <summary>Reads and decodes a file, and gives it the channels and the size of a data set's images.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">Channels, size, crop and filter; what is not given stays as it is in the file.</param>
    /// <exception cref="InvalidDataException">Not such a file, damaged or truncated.</exception>
    public static Picture Load(string path, DatasetOptions options)
    {
        try
        {
            var pixels = DecodePixels(File.ReadAllBytes(path));
            return PictureShape.Of(pixels, options).Fit(pixels);
        }
        catch (InvalidDataException error)
        {
            throw new InvalidDataException($"{path}: {error.Message}", error);
        }
    }

    /// <summary>Decodes a file to a tensor, [1, C, H, W] float32 in [−1, 1]; all 16 bits of a 16-bit PNG are kept.</summary>
    /// <param name="file">The bytes of the file.</param>
    /// <exception cref="InvalidDataException">Not such a file, damaged or truncated.</exception>
    public static Tensor DecodeTensor(ReadOnlySpan<byte> file)
    {
        if (!file.StartsWith(PngWriter.Signature) || PngReader.Read(file) is not { Levels: 65535 } deep)
        {
            return ToTensor(Decode(file));
        }

        var image = empty([1, deep.Channels, deep.Height, deep.Width], ScalarType.Float32);
        var numbers = MemoryMarshal.Cast<byte, float>(image.bytes);
        var area = deep.Height * deep.Width;
        for (var i = 0; i < numbers.Length; i++)
        {
            numbers[i] = (2 * deep.Samples[i % area * deep.Channels + i / area] - 65535) / 65535f;
        }

        return image;
    }

    /// <summary>The bytes of a 16-bit PNG file of one image, [C, H, W] or [1, C, H, W] in [−1, 1].</summary>
    /// <param name="image">The image; values outside are clamped.</param>
    /// <param name="text">Text to carry along (keyword → text).</param>
    public static byte[] EncodePng16(Tensor image, IReadOnlyDictionary<string, string>? text = null)
    {
        ArgumentNullException.ThrowIfNull(image);
        using var scope = NewDisposeScope();
        var single = image.dim() == 4 ? image.squeeze(0) : image;
        if (single.dim() != 3 || single.size(0) is not (1 or 3 or 4))
        {
            throw new ArgumentException($"image: expected [C, H, W] with C = 1, 3 or 4; got [{string.Join(", ", image.shape)}].", nameof(image));
        }

        var pixels = single.permute(1, 2, 0).detach().to(CPU).to(ScalarType.Float32).contiguous();
        var numbers = MemoryMarshal.Cast<byte, float>(pixels.bytes);
        var samples = new byte[2 * numbers.Length];
        for (var i = 0; i < numbers.Length; i++)
        {
            var level = (ushort)Math.Clamp(Math.Round((numbers[i] + 1.0) * 32767.5), 0, 65535);
            (samples[2 * i], samples[2 * i + 1]) = ((byte)(level >> 8), (byte)level);
        }

        return PngWriter.Write((int)single.size(0), (int)single.size(1), (int)single.size(2), 16, samples, text);
    }

    /// <summary>The bytes of a JPEG file (no alpha: RGBA pictures are laid on white).</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="quality">1 … 100.</param>
    public static byte[] EncodeJpeg(Picture picture, int quality = 92)
    {
        ArgumentNullException.ThrowIfNull(picture);
        var opaque = picture.Channels == 4 ? PixelBuffer.From(picture).WithChannels(3, Rgb.White).ToPicture() : picture;
        using var bitmap = SkiaPixels.ToBitmap(opaque);
        using var pixmap = bitmap.PeekPixels();
        using var data = pixmap.Encode(new SKJpegEncoderOptions(quality, SKJpegEncoderDownsample.Downsample444, SKJpegEncoderAlphaOption.Ignore));
        return Encoded(data);
    }

    /// <summary>The bytes of a WebP file.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="quality">0 … 100; null for lossless.</param>
    public static byte[] EncodeWebp(Picture picture, int? quality = null)
    {
        ArgumentNullException.ThrowIfNull(picture);
        using var bitmap = SkiaPixels.ToBitmap(picture);
        using var pixmap = bitmap.PeekPixels();
        using var data = SKWebpEncoder.Encode(pixmap, WebpOptions(quality));
        return Encoded(data);
    }

    /// <summary>The bytes of an animated WebP file that plays in a loop.</summary>
    /// <param name="frames">Pictures of one shape, with how long each is shown.</param>
    /// <param name="quality">0 … 100; null for lossless.</param>
    public static byte[] EncodeAnimatedWebp(IReadOnlyList<(Picture Picture, TimeSpan Duration)> frames, int? quality = 90)
    {
        ArgumentNullException.ThrowIfNull(frames);
        if (frames.Count == 0 || frames.Any(frame => (frame.Picture.Height, frame.Picture.Width) != (frames[0].Picture.Height, frames[0].Picture.Width)))
        {
            throw new ArgumentException("An animation needs at least one frame, and frames of one size.", nameof(frames));
        }

        var bitmaps = frames.Select(frame => SkiaPixels.ToBitmap(frame.Picture)).ToArray();
        try
        {
            var shown = bitmaps.Zip(frames, (bitmap, frame) => new SKWebpEncoderFrame(bitmap, frame.Duration)).ToArray();
            using var data = SKWebpEncoder.EncodeAnimated(shown, WebpOptions(quality));
            return Encoded(data);
        }
        finally
        {
            Array.ForEach(bitmaps, bitmap => bitmap.Dispose());
        }
    }

    /// <summary>Writes a picture in the format that the ending of <paramref name="path"/> names: .png, .jpg, .jpeg or .webp.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="path">The file.</param>
    public static void Save(Picture picture, string path) => WriteWhole(path, Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".png" => EncodePng(picture),
        ".jpg" or ".jpeg" => EncodeJpeg(picture),
        ".webp" => EncodeWebp(picture),
        var other => throw new ArgumentException($"Cannot write '{other}' files; expected .png, .jpg, .jpeg or .webp.", nameof(path)),
    });

    internal static PixelBuffer DecodePixels(ReadOnlySpan<byte> file) =>
        file.StartsWith(PngWriter.Signature) ? PixelBuffer.From(PngReader.Read(file)) : PixelBuffer.From(SkiaPixels.Decode(file));

    private static byte[] Encoded(SKData? data) => data?.ToArray() ?? throw new InvalidOperationException("The encoder refused the picture.");

    private static SKWebpEncoderOptions WebpOptions(int? quality) =>
        new(quality is null ? SKWebpEncoderCompression.Lossless : SKWebpEncoderCompression.Lossy, quality ?? 75);
}
