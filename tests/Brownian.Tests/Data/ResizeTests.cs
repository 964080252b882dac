using Brownian.Checkpoints;
using Brownian.Data;
using Brownian.Testing;
using static TorchSharp.torch;

namespace Brownian.Tests.Data;

/// <summary>Against Pillow 9.4 and torch 1.13 (tests/golden/metrics_images).</summary>
public sealed class ResizeTests
{
    public static TheoryData<int, string, int, int> Cases()
    {
        var cases = new TheoryData<int, string, int, int>();
        foreach (var (height, width) in new[] { (12, 16), (40, 28), (9, 31) })
        {
            foreach (var filter in new[] { "nearest", "box", "bilinear", "bicubic", "lanczos" })
            {
                cases.Add(0, filter, height, width);
                if (filter is not ("box" or "nearest"))
                {
                    cases.Add(1, filter, height, width);
                }
            }
        }

        return cases;
    }

    [Theory]
    [InlineData(12, 16)]
    [InlineData(40, 28)]
    [InlineData(9, 31)]
    public void Equals_Pillows_float_resize(int height, int width)
    {
        var expected = Golden($"img0.pil_float_bicubic_{height}x{width}");
        var actual = Resize.To(Image(0), height, width, ResizeFilter.Bicubic);
        // Single precision sums of numbers up to 255: the case's tolerance is 1e-4.
        Assert.All(Enumerable.Range(0, expected.Length), i => Assert.Equal(expected[i], actual.Plane(i % 3)[i / 3], 1e-4));
    }

    [Theory]
    [InlineData(12, 16)]
    [InlineData(9, 31)]
    [InlineData(40, 28)]
    public void Equals_torchs_antialiased_resize(int height, int width)
    {
        foreach (var image in new[] { 0, 1 })
        {
            var expected = Golden($"img{image}.torch_bicubic_aa_{height}x{width}");
            var actual = Resize.To(Image(image), height, width, ResizeFilter.Bicubic).Values;
            Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second / 255, 1e-4));
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Equals_Pillows_bytes(int image, string filter, int height, int width)
    {
        var expected = Golden($"img{image}.pil_{filter}_{height}x{width}");
        var actual = Resize.To(Picture(image), height, width, Enum.Parse<ResizeFilter>(filter, ignoreCase: true));
        Assert.All(Enumerable.Range(0, expected.Length), i => Assert.Equal(expected[i], actual.Plane(i % 3)[i / 3]));
    }

    [Theory]
    [InlineData(ResizeFilter.Box)]
    [InlineData(ResizeFilter.Hamming)]
    [InlineData(ResizeFilter.Lanczos)]
    public void A_flat_picture_stays_flat_and_tensors_pass_gradients(ResizeFilter filter)
    {
        using var scope = NewDisposeScope();
        var images = full(2, 3, 17, 10, 0.25, dtype: ScalarType.Float64).requires_grad_(true);
        var resized = Resize.To(images, 5, 23, filter);
        Assert.Equal([2, 3, 5, 23], resized.shape);
        Assert.InRange((resized - 0.25).abs().max().item<double>(), 0, 1e-12);

        // Every output pixel's weights have the sum 1.
        resized.sum().backward();
        Assert.Equal(2 * 3 * 5 * 23, images.grad!.sum().item<double>(), 9);
    }

    [Fact]
    public void Nearest_takes_pixels_and_mixes_none()
    {
        var picture = new Picture(4, 1, 4, [10, 20, 30, 40, 1, 2, 3, 4, 5, 6, 7, 8, 0, 255, 0, 255]);
        Assert.Equal([20, 40, 2, 4, 6, 8, 255, 255], Resize.To(picture, 1, 2, ResizeFilter.Nearest).Pixels);
    }

    [Fact]
    public void Bytes_are_weighted_by_alpha()
    {
        // One white opaque pixel beside a transparent black one: the mean is white, half opaque.
        var picture = new Picture(4, 1, 2, [255, 0, 255, 0, 255, 0, 255, 0]);
        Assert.Equal([255, 255, 255, 128], Resize.To(picture, 1, 1, ResizeFilter.Box).Pixels);
    }

    [Fact]
    public void Transparent_pixels_do_not_colour_their_neighbours()
    {
        // Left half opaque white, right half fully transparent black.
        var picture = new Picture(4, 8, 8);
        for (var i = 0; i < 64; i++)
        {
            if (i % 8 < 4)
            {
                for (var c = 0; c < 4; c++)
                {
                    picture.Plane(c)[i] = 255;
                }
            }
        }

        var small = Resize.To(PixelBuffer.From(picture), 3, 3, ResizeFilter.Bilinear);
        Assert.All(small.Plane(0).ToArray().Zip(small.Plane(3).ToArray()), pixel => Assert.True(pixel.Second < 0.01 || Math.Abs(pixel.First - 255) < 0.01));
    }

    private static PixelBuffer Image(int image) => PixelBuffer.From(Picture(image));

    private static Picture Picture(int image) => ImageCodec.Load(GoldenData.At("metrics_images", $"img{image}_a.png"));

    private static float[] Golden(string name)
    {
        using var file = SafetensorsFile.Open(GoldenData.At("metrics_images", "io.safetensors"));
        using var tensor = file.Read(name);
        using var numbers = tensor.to(TorchSharp.torch.ScalarType.Float32).contiguous();
        return numbers.data<float>().ToArray();
    }
}
