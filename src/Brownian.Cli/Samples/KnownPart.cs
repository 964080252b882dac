using Brownian.Checkpoints;
using Brownian.Data;
using static TorchSharp.torch;

namespace Brownian.Cli.Samples;

/// <summary>Which pixels of an image are known: a half by its name, or a picture that is white there.</summary>
internal static class KnownPart
{
    public static readonly string[] Names = ["left", "right", "top", "bottom"];

    /// <summary>A picture with the model's shape.</summary>
    /// <exception cref="ArgumentException">It has another.</exception>
    public static Picture Load(string path, ImageShape shape)
    {
        var picture = ImageCodec.Load(path);
        picture = picture.Channels == 3 && shape.Channels == 1 ? Grey(picture) : picture;
        return (picture.Channels, picture.Height, picture.Width) == (shape.Channels, shape.Height, shape.Width)
            ? picture
            : throw new ArgumentException(
                $"{path}: expected {shape.Channels}×{shape.Height}×{shape.Width} (channels × rows × columns), as the model's images; "
                + $"got {picture.Channels}×{picture.Height}×{picture.Width}. Resize the picture.");
    }

    /// <summary>1 where the image is known and 0 elsewhere, [1, 1, H, W].</summary>
    public static Tensor Mask(string keep, ImageShape shape)
    {
        if (!Names.Contains(keep))
        {
            using var scope = NewDisposeScope();
            return ImageCodec.ToTensor(Load(keep, shape with { Channels = 1 })).gt(0).to(ScalarType.Float32).MoveToOuterDisposeScope();
        }

        var mask = zeros(1, 1, shape.Height, shape.Width);
        var (dimension, size) = keep is "left" or "right" ? (3, shape.Width) : (2, shape.Height);
        var half = size / 2;
        mask.narrow(dimension, keep is "left" or "top" ? 0 : half, keep is "left" or "top" ? half : size - half).fill_(1);
        return mask;
    }

    private static Picture Grey(Picture picture)
    {
        var grey = new Picture(1, picture.Height, picture.Width);
        for (var i = 0; i < grey.Pixels.Length; i++)
        {
            // Rec. 601 luma, as PIL's "L".
            grey.Pixels[i] = (byte)Math.Round(0.299 * picture.Plane(0)[i] + 0.587 * picture.Plane(1)[i] + 0.114 * picture.Plane(2)[i]);
        }

        return grey;
    }
}
