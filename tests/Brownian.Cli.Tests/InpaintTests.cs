using Brownian.Data;
using Brownian.Parameterizations;
using Brownian.Paths;

namespace Brownian.Cli.Tests;

public sealed class InpaintTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly Picture picture = new(1, 8, 8, [.. Enumerable.Range(0, 64).Select(i => (byte)(i * 4))]);

    public InpaintTests()
    {
        ImageCodec.SavePng(picture, folder / "image.png");
        ImageCodec.SavePng(Columns(x => x < 3), folder / "known.png");
        ImageCodec.SavePng(Columns(x => x >= 3), folder / "hole.png");
    }

    public static TheoryData<string> Paths => ["discrete", "ladder", "vp", "subvp", "ve", "edm", "flow"];

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Paths))]
    public void Known_pixels_stay_on_every_gaussian_path(string path)
    {
        var (process, output) = Row(path);
        var filled = Fill(SmallModel.Save(folder / "model", process, output), "--keep", folder / "known.png");
        Kept(filled, x => x < 3);
    }

    [Fact]
    public void A_mask_is_the_opposite_of_what_is_kept()
    {
        var model = SmallModel.Save(folder / "model");
        Assert.Equal(Fill(model, "--keep", folder / "known.png").Pixels, Fill(model, "--mask", folder / "hole.png").Pixels);
    }

    [Fact]
    public void The_product_keeps_known_pixels_too_and_bits_take_it()
    {
        Kept(Fill(SmallModel.Save(folder / "model"), "--keep", "left", "--method", "product"), x => x < 4);
        var bits = SmallModel.Save(folder / "bits", new BernoulliPath(6), new PredictBit());
        ImageCodec.SavePng(Columns(x => x % 2 == 0), folder / "image.png");
        var filled = Fill(bits, "--keep", "left");
        Assert.All(Inside(filled).Where(p => p.X < 4), p => Assert.Equal(p.X % 2 == 0 ? 255 : 0, p.Value));
    }

    [Theory]
    [InlineData("--keep says what stays and --mask what is to be filled", "--keep", "left", "--mask", "hole.png")]
    [InlineData("--mask: expected a picture; got left", "--mask", "left")]
    [InlineData("--mask: there is no file hole", "--mask", "hole")]
    [InlineData("--keep: expected left, right, top, bottom, or a picture that is white where the image stays; there is no file middle.", "--keep", "middle")]
    [InlineData("expected -n, --jump and --resample above 0", "--resample", "0")]
    [InlineData("RePaint keeps known pixels as they are", "--method", "repaint", "--deviation", "0.1")]
    public void Options_that_contradict_each_other_are_refused(string message, params string[] options)
    {
        var told = Cli.Run(["inpaint", SmallModel.Save(folder / "model"), folder / "image.png", .. options]);
        Assert.Equal(2, told.Code);
        Assert.Contains(message, told.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_mask_of_another_size_is_refused_with_both_sizes()
    {
        ImageCodec.SavePng(new Picture(1, 4, 8), folder / "small.png");
        var told = Cli.Run("inpaint", SmallModel.Save(folder / "model"), folder / "image.png", "--mask", folder / "small.png");
        Assert.Equal(2, told.Code);
        Assert.Contains("expected 1×8×8 (channels × rows × columns), as the model's images; got 1×4×8", told.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void RePaint_is_not_for_bits()
    {
        var bits = SmallModel.Save(folder / "bits", new BernoulliPath(6), new PredictBit());
        var told = Cli.Run("inpaint", bits, folder / "image.png", "--method", "repaint");
        Assert.Equal(2, told.Code);
        Assert.Contains("bits are filled by the product", told.Error, StringComparison.Ordinal);
    }

    private static (GaussianPath Path, Parameterization Output) Row(string name) => name switch
    {
        "discrete" => (DiscretePath.Linear(), new PredictEpsilon()),
        "ladder" => (new SigmaTable(), new PredictEpsilon()),
        "vp" => (new VariancePreserving(), new PredictEpsilon { TimeScale = 999 }),
        "subvp" => (new SubVariancePreserving(), new PredictEpsilon { TimeScale = 999 }),
        "ve" => (new VarianceExploding(), new PredictEpsilon()),
        "edm" => (new EdmPath(), new PredictEdm()),
        _ => (new RectifiedFlow(), new PredictFlow { TimeScale = 999 }),
    };

    private static Picture Columns(Func<int, bool> white) => new(1, 8, 8, [.. Enumerable.Range(0, 64).Select(i => (byte)(white(i % 8) ? 255 : 0))]);

    private void Kept(Picture grid, Func<int, bool> known)
    {
        Assert.All(Inside(grid).Where(p => known(p.X)), p => Assert.Equal(picture.Pixels[p.Y * 8 + p.X], p.Value));
        Assert.Contains(Inside(grid).Where(p => !known(p.X)), p => picture.Pixels[p.Y * 8 + p.X] != p.Value);
    }

    private Picture Fill(string model, params string[] options)
    {
        var told = Cli.Run(["inpaint", model, folder / "image.png", "-n", "2", "--steps", "4", "--jump", "1", "--resample", "2", "--out", folder / "filled.png", .. options]);
        Assert.Equal((0, ""), (told.Code, told.Error));
        return ImageCodec.Load(folder / "filled.png");
    }

    /// <summary>The pixels of the two fillings, which come third and fourth in the grid, drawn four times as large.</summary>
    private static IEnumerable<(int X, int Y, byte Value)> Inside(Picture grid)
    {
        const int Zoom = 4, Cell = 8 * Zoom + 2;
        var columns = (grid.Width - 2) / Cell;
        return from number in new[] { 2, 3 }
               from x in Enumerable.Range(0, 8)
               from y in Enumerable.Range(0, 8)
               select (x, y, grid.Plane(0)[(2 + number / columns * Cell + y * Zoom) * grid.Width + 2 + number % columns * Cell + x * Zoom]);
    }
}
