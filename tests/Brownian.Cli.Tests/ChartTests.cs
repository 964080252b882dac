using Brownian.Cli.Plots;
using SkiaSharp;

namespace Brownian.Cli.Tests;

public sealed class ChartTests
{
    private static readonly double[] Steps = [.. Enumerable.Range(1, 3000).Select(i => (double)i)];

    [Fact]
    public void A_loss_chart_has_text_in_its_bundled_font()
    {
        var png = LossChart.Png(Steps, [.. Steps.Select(s => 1 / Math.Sqrt(s) * (1 + 0.3 * Math.Sin(s * 7)))]);
        Look("loss.png", png);
        using var picture = SKBitmap.Decode(png);
        Assert.Equal((900, 480), (picture.Width, picture.Height));

        // The title is in the top 30 rows, where nothing else is drawn.
        var ink = Enumerable.Range(0, 900 * 30).Count(i => picture.GetPixel(i % 900, i / 900).Red < 128);
        Assert.InRange(ink, 200, 5000);
    }

    [Fact]
    public void A_bucket_that_nothing_fell_into_is_left_out()
    {
        var png = LevelChart.Png(["0.01", "0.1", "1", "10"], [0.5, double.NaN, 0.2, 0.1], [0.3, 0.1, 0.05, 0.01]);
        Look("levels.png", png);
        using var picture = SKBitmap.Decode(png);
        Assert.Equal(900, picture.Width);
    }

    // BROWNIAN_LOOK=DIR keeps the pictures for a person to look at.
    private static void Look(string name, byte[] png)
    {
        if (Environment.GetEnvironmentVariable("BROWNIAN_LOOK") is { Length: > 0 } folder)
        {
            File.WriteAllBytes(Path.Combine(folder, name), png);
        }
    }
}
