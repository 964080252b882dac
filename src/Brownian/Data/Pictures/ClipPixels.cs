using System.Runtime.InteropServices;
using System.Text.Json;
using static TorchSharp.torch;

namespace Brownian.Data;

/// <summary>
/// How pictures become the input of CLIP's image encoder: field by field Hugging Face's <c>CLIPImageProcessor</c>, whose <c>preprocessor_config.json</c> it reads.
/// </summary>
public sealed record ClipPixels
{
    /// <summary>The side to which the shorter one is brought, in pixels; null where the size is given as a whole.</summary>
    public int? ShortestEdge { get; init; } = 224;

    /// <summary>Height and width to which pictures are brought whatever their shape; null where only the shorter side is given.</summary>
    public (int Height, int Width)? Size { get; init; }

    /// <summary>Whether pictures are resized at all.</summary>
    public bool Resizes { get; init; } = true;

    /// <summary>The kernel.</summary>
    public ResizeFilter Filter { get; init; } = ResizeFilter.Bicubic;

    /// <summary>Height and width of the middle part that is kept, in pixels; null for all. Smaller pictures get black borders.</summary>
    public (int Height, int Width)? Crop { get; init; } = (224, 224);

    /// <summary>What bytes are multiplied with; null to leave them.</summary>
    public double? Rescale { get; init; } = 1.0 / 255;

    /// <summary>What is taken from each channel; empty for nothing.</summary>
    public IReadOnlyList<double> Mean { get; init; } = [0.48145466, 0.4578275, 0.40821073];

    /// <summary>What each channel is then divided by.</summary>
    public IReadOnlyList<double> Deviation { get; init; } = [0.26862954, 0.26130258, 0.27577711];

    /// <summary>Reads the text of a <c>preprocessor_config.json</c>; what it does not say has its default.</summary>
    /// <exception cref="JsonException">The text is not JSON of this layout.</exception>
    public static ClipPixels FromJson(string json)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw new JsonException($"preprocessor: expected an object; got {root.ValueKind}.");
        }

        var usual = new ClipPixels();
        var (edge, size) = root.TryGetProperty("size", out var wanted) ? Sides(wanted) : (usual.ShortestEdge, null);
        var (square, crop) = root.TryGetProperty("crop_size", out var part) ? Sides(part) : (224, null);
        return new()
        {
            ShortestEdge = edge,
            Size = size,
            Resizes = Flag("do_resize"),
            Filter = root.TryGetProperty("resample", out var filter) ? FilterOf(filter) : usual.Filter,
            Crop = Flag("do_center_crop") ? crop ?? (square!.Value, square.Value) : null,
            Rescale = !Flag("do_rescale") ? null : root.TryGetProperty("rescale_factor", out var factor) ? factor.GetDouble() : usual.Rescale,
            Mean = !Flag("do_normalize") ? [] : Numbers("image_mean") ?? usual.Mean,
            Deviation = Numbers("image_std") ?? usual.Deviation,
        };

        bool Flag(string name) => !root.TryGetProperty(name, out var flag) || flag.ValueKind != JsonValueKind.False;

        double[]? Numbers(string name) =>
            root.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array ? [.. list.EnumerateArray().Select(number => number.GetDouble())] : null;
    }

    /// <summary>Pictures as the encoder sees them, [N, 3, H, W] in float32.</summary>
    /// <exception cref="ArgumentException">They have different sizes and are not cut to one.</exception>
    public Tensor ToTensor(IReadOnlyList<Picture> pictures)
    {
        using var scope = NewDisposeScope();
        var parts = pictures.Select(Prepared).ToArray();
        if (parts.Any(part => (part.Height, part.Width) != (parts[0].Height, parts[0].Width)))
        {
            throw new ArgumentException("pictures: expected one size, because they are not cut; got several. Resize them, or set a crop.", nameof(pictures));
        }

        return cat([.. parts.Select(Normalized)], 0).MoveToOuterDisposeScope();
    }

    private Picture Prepared(Picture picture)
    {
        var rgb = Colours(picture);
        if (Resizes)
        {
            var (height, width) = Size ?? Scaled(rgb);
            rgb = Resize.To(rgb, height, width, Filter);
        }

        return Crop is { } crop ? Middle(rgb, crop.Height, crop.Width) : rgb;
    }

    // The reference drops alpha.
    private static Picture Colours(Picture picture)
    {
        var rgb = new Picture(3, picture.Height, picture.Width);
        for (var c = 0; c < 3; c++)
        {
            picture.Plane(picture.Channels == 1 ? 0 : c).CopyTo(rgb.Plane(c));
        }

        return rgb;
    }

    // The longer side is rounded down, as in the reference.
    private (int Height, int Width) Scaled(Picture picture)
    {
        var (edge, shorter) = (ShortestEdge ?? Math.Min(picture.Height, picture.Width), Math.Min(picture.Height, picture.Width));
        int Side(int side) => side == shorter ? edge : (int)((long)edge * side / shorter);
        return (Side(picture.Height), Side(picture.Width));
    }

    private static Picture Middle(Picture picture, int height, int width)
    {
        var cut = new Picture(picture.Channels, height, width);
        var (top, left) = (Offset(picture.Height, height), Offset(picture.Width, width));
        for (var c = 0; c < picture.Channels; c++)
        {
            for (var y = Math.Max(0, -top); y < height && y + top < picture.Height; y++)
            {
                var (first, last) = (Math.Max(0, -left), Math.Min(width, picture.Width - left));
                picture.Plane(c).Slice((y + top) * picture.Width + left + first, last - first).CopyTo(cut.Plane(c)[(y * width + first)..]);
            }
        }

        return cut;

        // A smaller picture is put in the middle of a black one, half a pixel further down or right where that must be.
        static int Offset(int size, int wanted) => size >= wanted ? (size - wanted) / 2 : -((wanted - size + 1) / 2);
    }

    private Tensor Normalized(Picture picture)
    {
        using var scope = NewDisposeScope();
        var pixels = empty([1, picture.Channels, picture.Height, picture.Width], ScalarType.Float32);
        var numbers = MemoryMarshal.Cast<byte, float>(pixels.bytes);
        for (var i = 0; i < numbers.Length; i++)
        {
            numbers[i] = (float)(picture.Pixels[i] * (Rescale ?? 1));
        }

        if (Mean.Count == 0)
        {
            return pixels.MoveToOuterDisposeScope();
        }

        return ((pixels - Column(Mean)) / Column(Deviation)).MoveToOuterDisposeScope();
    }

    private static Tensor Column(IReadOnlyList<double> numbers) => tensor(numbers.Select(number => (float)number).ToArray()).reshape(1, -1, 1, 1);

    private static (int? Edge, (int Height, int Width)? Size) Sides(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Number => (json.GetInt32(), null),
        JsonValueKind.Object when json.TryGetProperty("shortest_edge", out var edge) => (edge.GetInt32(), null),
        JsonValueKind.Object when json.TryGetProperty("height", out var height) && json.TryGetProperty("width", out var width) => (null, (height.GetInt32(), width.GetInt32())),
        _ => throw new JsonException($"preprocessor: expected a size as a number, {{shortest_edge}} or {{height, width}}; got {json}."),
    };

    // Pillow's numbers.
    private static ResizeFilter FilterOf(JsonElement json) => json.GetInt32() switch
    {
        1 => ResizeFilter.Lanczos,
        2 => ResizeFilter.Bilinear,
        3 => ResizeFilter.Bicubic,
        4 => ResizeFilter.Box,
        var other => throw new JsonException($"resample: expected 1 (Lanczos), 2 (bilinear), 3 (bicubic) or 4 (box); got {other}."),
    };
}
