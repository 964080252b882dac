using static TorchSharp.torch;

namespace Brownian.Tasks;

/// <summary>Small changes of an image, whose values stay those of bytes.</summary>
public static class ImageVariants
{
    private const ulong Purpose = 0x7661_7269;

    /// <summary>The names that <see cref="Make"/> knows.</summary>
    public static IReadOnlyList<string> Names { get; } = ["noise", "patch", "shift"];

    /// <summary>One variant by name.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="image">[1, C, H, W] in [−1, 1]; borrowed.</param>
    /// <param name="strength">How strong: noise of that standard deviation in [−1, 1], a patch of that part of the side, a shift by that part of it.</param>
    /// <param name="seed">What the noise is drawn from.</param>
    /// <returns>[1, C, H, W], in the caller's dispose scope.</returns>
    /// <exception cref="ArgumentException">No variant has this name.</exception>
    public static Tensor Make(string name, Tensor image, double? strength = null, ulong seed = 0) => name switch
    {
        "noise" => Noise(image, strength ?? 0.1, seed),
        "patch" => Patch(image, strength ?? 0.3),
        "shift" => Shift(image, strength ?? 0.08),
        _ => throw new ArgumentException($"variant: there is no '{name}'. There are: {string.Join(", ", Names)}, and image files.", nameof(name)),
    };

    /// <summary>The image plus normal noise, clamped to [−1, 1] and rounded to bytes.</summary>
    /// <param name="image">[1, C, H, W] in [−1, 1]; borrowed.</param>
    /// <param name="deviation">Its standard deviation.</param>
    /// <param name="seed">What it is drawn from.</param>
    public static Tensor Noise(Tensor image, double deviation, ulong seed)
    {
        using var scope = NewDisposeScope();
        using var random = new RandomStream(seed, Purpose);
        return Bytes(image + random.NormalLike(image).mul_(deviation)).MoveToOuterDisposeScope();
    }

    /// <summary>The square with the most in it (the largest variance), turned by 90°: the same values in other places.</summary>
    /// <param name="image">[1, C, H, W] in [−1, 1]; borrowed.</param>
    /// <param name="part">Its side as a part of the image's shorter one, in (0, 1].</param>
    public static Tensor Patch(Tensor image, double part)
    {
        using var scope = NewDisposeScope();
        var (height, width) = ((int)image.size(2), (int)image.size(3));
        var side = Math.Clamp((int)Math.Round(part * Math.Min(height, width)), 2, Math.Min(height, width));
        var (best, top, left) = (-1.0, 0, 0);
        for (var y = 0; y + side <= height; y += Math.Max(1, side / 4))
        {
            for (var x = 0; x + side <= width; x += Math.Max(1, side / 4))
            {
                using var inner = NewDisposeScope();
                var spread = Square(image, y, x, side).to(ScalarType.Float64).var(unbiased: false).item<double>();
                (best, top, left) = spread > best ? (spread, y, x) : (best, top, left);
            }
        }

        var changed = image.clone();
        Square(changed, top, left, side).copy_(Square(image, top, left, side).transpose(2, 3).flip(3));
        return changed.MoveToOuterDisposeScope();
    }

    /// <summary>The image moved right and down, its upper and left edges repeated.</summary>
    /// <param name="image">[1, C, H, W] in [−1, 1]; borrowed.</param>
    /// <param name="part">How far, as a part of the image's shorter side; at least one pixel.</param>
    public static Tensor Shift(Tensor image, double part)
    {
        using var scope = NewDisposeScope();
        var (height, width) = ((int)image.size(2), (int)image.size(3));
        var pixels = Math.Max(1, (int)Math.Round(part * Math.Min(height, width)));
        Tensor From(int size) => tensor(Enumerable.Range(0, size).Select(i => (long)Math.Max(0, i - pixels)).ToArray(), device: image.device);
        return image.index_select(2, From(height)).index_select(3, From(width)).MoveToOuterDisposeScope();
    }

    private static Tensor Square(Tensor image, int top, int left, int side) => image.narrow(2, top, side).narrow(3, left, side);

    private static Tensor Bytes(Tensor image) => ((image.clamp(-1, 1) + 1) * 127.5).round_().div_(127.5).sub_(1);
}
