using Brownian.Checkpoints;
using Brownian.Data;
using Brownian.Testing;

namespace Brownian.Tests.Data;

/// <summary>Against Pillow 9.4 and torch 1.13 (tests/golden/metrics_images).</summary>
public sealed class ResizeTests
{
    public static TheoryData<int, string, int, int> Cases()
    {
        var cases = new TheoryData<int, string, int, int>();
        foreach (var (height, width) in new[] { (12, 16), (40, 28), (9, 31) })
        {
            foreach (var filter in new[] { "box", "bilinear", "bicubic", "lanczos" })
            {
                cases.Add(0, filter, height, width);
                if (filter != "box")
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
    public void Is_within_a_level_of_Pillows_bytes(int image, string filter, int height, int width)
    {
        var expected = Golden($"img{image}.pil_{filter}_{height}x{width}");
        var kernel = Enum.Parse<ResizeFilter>(filter, ignoreCase: true);
        var source = Image(image);
        // Pillow goes over the columns first, and rounds and clips to bytes between the two axes too.
        var wide = PixelBuffer.From(Resize.To(source, source.Height, width, kernel).ToPicture());
        var actual = Resize.To(wide, height, width, kernel).ToPicture();
        Assert.All(Enumerable.Range(0, expected.Length), i => Assert.InRange(Math.Abs(expected[i] - actual.Plane(i % 3)[i / 3]), 0, 1));
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

    private static PixelBuffer Image(int image) => PixelBuffer.From(ImageCodec.Load(GoldenData.At("metrics_images", $"img{image}_a.png")));

    private static float[] Golden(string name)
    {
        using var file = SafetensorsFile.Open(GoldenData.At("metrics_images", "io.safetensors"));
        using var tensor = file.Read(name);
        using var numbers = tensor.to(TorchSharp.torch.ScalarType.Float32).contiguous();
        return numbers.data<float>().ToArray();
    }
}
