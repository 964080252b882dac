using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Brownian.Checkpoints;
using Brownian.Data;
using Brownian.Evaluation;
using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Verification.Metrics;

/// <summary>scikit-image's PSNR and SSIM of pairs of pictures, Pillow's and torch's resized pictures.</summary>
public sealed partial class ImageMetricCases() : FolderCases("cls", "PSNR")
{
    // case.json's tolerances; bytes must be the same.
    private const double Pairs = 1e-6, Float = 1e-4, SameByte = 0.5;

    private protected override void Compare(GoldenFile file, SafetensorsFile io, Comparison comparison)
    {
        foreach (var result in file.Json.GetProperty("results").EnumerateArray())
        {
            using var scope = NewDisposeScope();
            Pair(file, result, comparison);
        }

        foreach (var key in io.Keys.Order(StringComparer.Ordinal))
        {
            using var scope = NewDisposeScope();
            Single(file, io, key, comparison);
        }
    }

    private static void Pair(GoldenFile file, JsonElement result, Comparison comparison)
    {
        var image = result.GetProperty("image").GetInt32();
        var (a, b) = (Load(file, image, "a"), Load(file, image, "b"));
        foreach (var metric in result.EnumerateObject().Where(metric => metric.Name != "image"))
        {
            double? ours = metric.Name switch
            {
                "psnr_uint8_range255" => PeakSignalToNoise.Of(Bytes(a), Bytes(b), 255)[0],
                "psnr_float01" => PeakSignalToNoise.Of(Bytes(a) / 255, Bytes(b) / 255, 1)[0],
                "ssim_gaussian_wang" => StructuralSimilarity.Wang.Of(Bytes(a), Bytes(b), 255)[0],
                "ssim_gaussian_wang_L" => StructuralSimilarity.Wang.Of(Bytes(Grey(a)), Bytes(Grey(b)), 255)[0],
                "ssim_default_7x7" => new StructuralSimilarity().Of(Bytes(a), Bytes(b), 255)[0],
                _ => null,
            };
            if (ours is { } value)
            {
                comparison.Number($"{metric.Name} of {image}", value, metric.Value.GetDouble(), Pairs);
            }
            else
            {
                comparison.Fail(metric.Name, "a metric that is not known");
            }
        }
    }

    private static void Single(GoldenFile file, SafetensorsFile io, string key, Comparison comparison)
    {
        var match = KeyPattern().Match(key);
        if (!match.Success)
        {
            comparison.Fail(key, "a tensor that is not known");
            return;
        }

        var picture = Load(file, Int(match, "image"), match.Groups["which"].Value is "b" ? "b" : "a");
        var (reference, library) = (io.Read(key), match.Groups["library"].Value);
        if (match.Groups["which"].Success)
        {
            comparison.Elements(key, Bytes(Grey(picture)).squeeze(0).squeeze(0), reference, SameByte, 0);
            return;
        }

        var (height, width) = (Int(match, "height"), Int(match, "width"));
        var filter = Enum.Parse<ResizeFilter>(match.Groups["filter"].Value, ignoreCase: true);
        var (ours, tolerance) = library switch
        {
            "pil" => (HeightWidthChannels(Bytes(Resize.To(picture, height, width, filter))), SameByte),
            "pil_float" => (HeightWidthChannels(Resize.To(Bytes(picture), height, width, filter)), Float),
            _ when match.Groups["antialias"].Success => (Resize.To(Unit(picture), height, width, filter), Float),
            _ => (Plain(Unit(picture), height, width, filter), Float),
        };
        comparison.Elements(key, ours, reference, tolerance, 0);
    }

    // torch's interpolation without antialiasing is the engine's own.
    private static Tensor Plain(Tensor image, int height, int width, ResizeFilter filter) => nn.functional.interpolate(
        image, size: [height, width], align_corners: filter is ResizeFilter.Bilinear or ResizeFilter.Bicubic ? false : null, mode: filter switch
        {
            ResizeFilter.Bilinear => InterpolationMode.Bilinear,
            ResizeFilter.Bicubic => InterpolationMode.Bicubic,
            ResizeFilter.Nearest => InterpolationMode.Nearest,
            _ => throw new FormatException($"{filter}: torch has no such interpolation."),
        });

    private static Picture Load(GoldenFile file, int image, string which) => ImageCodec.Load(Path.Combine(file.Folder, $"img{image}_{which}.png"));

    private static Picture Grey(Picture picture)
    {
        if (picture.Channels == 1)
        {
            return picture;
        }

        var grey = new Picture(1, picture.Height, picture.Width);
        for (var i = 0; i < grey.Pixels.Length; i++)
        {
            grey.Pixels[i] = new Rgb(picture.Plane(0)[i], picture.Plane(1)[i], picture.Plane(2)[i]).Luma;
        }

        return grey;
    }

    private static Tensor Bytes(Picture picture) =>
        tensor(picture.Pixels).reshape(1, picture.Channels, picture.Height, picture.Width).to(ScalarType.Float64);

    private static Tensor Unit(Picture picture) => (Bytes(picture) / 255).to(ScalarType.Float32);

    private static Tensor HeightWidthChannels(Tensor image) => image.size(1) == 1 ? image[0, 0] : image[0].permute(1, 2, 0);

    private static int Int(Match match, string group) => int.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex(
        @"^img(?<image>\d+)\.(L_(?<which>[ab])|(?<library>pil_float|pil|torch)_(?<filter>[a-z]+)(?<antialias>_aa)?_(?<height>\d+)x(?<width>\d+))$",
        RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex KeyPattern();
}
