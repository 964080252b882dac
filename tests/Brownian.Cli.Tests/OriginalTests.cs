using System.Text.Json;
using Brownian.Data;
using Brownian.Parameterizations;
using Brownian.Paths;

namespace Brownian.Cli.Tests;

/// <summary>What the 2015 original brings to the command line: the bound of bits, and inpainting by products.</summary>
public sealed class OriginalTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly string bits;

    public OriginalTests() => bits = SmallModel.Save(folder / "bits", new BernoulliPath(6), new PredictBit());

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_bound_stands_beside_what_pixels_cost_alone()
    {
        var told = Cli.Run("bound", bits, "builtin:strokes", "--split", "test", "-n", "3", "--json");
        Assert.Equal("", told.Error);
        using var json = JsonDocument.Parse(told.Out);
        Assert.Equal(64, json.RootElement.GetProperty("pixels").GetInt32());

        // Random weights know nothing: worse than coins of the right frequency, and those are better than fair ones.
        var (bound, alone) = (json.RootElement.GetProperty("per_image").GetDouble(), json.RootElement.GetProperty("factorised").GetDouble());
        Assert.True(bound > alone, told.Out);
        Assert.InRange(alone, 1, 64);
        Assert.Contains("network calls", Cli.Run("bound", bits, "builtin:strokes", "-n", "2").Out, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_that_is_not_of_bits_is_sent_to_likelihood()
    {
        var told = Cli.Run("bound", SmallModel.Save(folder / "grey"), "builtin:strokes");
        Assert.Equal(2, told.Code);
        Assert.Contains($"`{ProgramName.Call} likelihood`", told.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_likelihood_of_bits_is_sent_to_the_bound() =>
        Assert.Contains($"`{ProgramName.Call} bound`", Cli.Run("likelihood", bits, "builtin:strokes", "-n", "1").Error, StringComparison.Ordinal);

    [Fact]
    public void Samples_of_bits_are_black_and_white()
    {
        Assert.Equal(0, Cli.Run("sample", bits, "-n", "2", "--steps", "6", "--out", folder / "out").Code);
        Assert.All(ImageCodec.Load(folder / "out/000001.png").Pixels, pixel => Assert.True(pixel is 0 or 255));
        Assert.Contains("sampler binomial", Cli.Run("sample", bits, "-n", "1", "--sampler", "heun", "--out", folder / "no").Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("left")]
    [InlineData("bottom")]
    [InlineData("mask")]
    public void What_is_kept_stays_as_it_was(string keep)
    {
        var grey = SmallModel.Save(folder / "grey");
        var picture = new Picture(1, 8, 8, [.. Enumerable.Range(0, 64).Select(i => (byte)(i * 4))]);
        ImageCodec.SavePng(picture, folder / "image.png");
        ImageCodec.SavePng(new Picture(1, 8, 8, [.. Enumerable.Range(0, 64).Select(i => (byte)(i % 8 < 4 ? 255 : 0))]), folder / "mask.png");
        var told = Cli.Run("inpaint", grey, folder / "image.png", "--keep", keep == "mask" ? folder / "mask.png" : keep, "-n", "2", "--steps", "3", "--out", folder / "filled.png");
        Assert.Equal((0, ""), (told.Code, told.Error));
        var grid = ImageCodec.Load(folder / "filled.png");

        // Four pictures side by side or two by two, each pixel drawn large; the third and fourth are fillings.
        var zoom = 4;
        var columns = (grid.Width - 2) / (8 * zoom + 2);
        byte At(int number, int x, int y) =>
            grid.Pixels[(2 + number / columns * (8 * zoom + 2) + y * zoom) * grid.Width + 2 + number % columns * (8 * zoom + 2) + x * zoom];
        bool Kept(int x, int y) => keep == "bottom" ? y >= 4 : x < 4;
        var all = (from number in new[] { 2, 3 } from x in Enumerable.Range(0, 8) from y in Enumerable.Range(0, 8) select (number, x, y)).ToArray();
        Assert.All(all.Where(p => Kept(p.x, p.y)), p => Assert.Equal(picture.Pixels[p.y * 8 + p.x], At(p.number, p.x, p.y)));
        Assert.Contains(all.Where(p => !Kept(p.x, p.y)), p => picture.Pixels[p.y * 8 + p.x] != At(p.number, p.x, p.y));
    }

    [Fact]
    public void A_picture_of_another_size_is_refused_with_both_sizes()
    {
        ImageCodec.SavePng(new Picture(1, 9, 8), folder / "image.png");
        var told = Cli.Run("inpaint", bits, folder / "image.png");
        Assert.Equal(2, told.Code);
        Assert.Contains("expected 1×8×8", told.Error, StringComparison.Ordinal);
        Assert.Contains("got 1×9×8", told.Error, StringComparison.Ordinal);
    }
}
