using ScottPlot;
using SkiaSharp;

namespace Brownian.Cli.Plots;

/// <summary>The look of every plot.</summary>
internal static class Chart
{
    private static readonly string[] Colours = ["#0f766e", "#b45309", "#4338ca", "#be123c", "#4d7c0f", "#0369a1", "#7e22ce", "#a16207", "#0e7490", "#9f1239"];
    private static readonly Lock Gate = new();
    private static bool fontIsKnown;

    /// <summary>An empty plot with a title and named axes, in the bundled font.</summary>
    public static Plot New(string title, string x, string y)
    {
        RegisterFont();
        var plot = new Plot();
        plot.Title(title, size: 15);
        plot.XLabel(x);
        plot.YLabel(y);
        plot.Axes.Color(Color.FromHex("#334155"));
        plot.Grid.MajorLineColor = Color.FromHex("#e2e8f0");
        plot.FigureBackground.Color = Colors.White;
        plot.Font.Set(PlotFont.Name);
        return plot;
    }

    /// <summary>The n-th colour of a family of curves.</summary>
    public static Color Colour(int number) => Color.FromHex(Colours[number % Colours.Length]);

    /// <summary>The plot as a PNG file's bytes.</summary>
    public static byte[] Png(Plot plot, int width = 900, int height = 480) => plot.GetImage(width, height).GetImageBytes(ImageFormat.Png);

    /// <summary>Labels an axis of logarithms with the numbers themselves: 0.1, 0.2, 0.5, 1 where few decades are seen, else 0.1, 1, 10.</summary>
    /// <param name="axis">The axis.</param>
    /// <param name="logarithms">What is drawn along it.</param>
    public static void LogarithmicTicks(IAxis axis, IEnumerable<double> logarithms)
    {
        var known = logarithms.DefaultIfEmpty(0).ToArray();
        var (low, high) = ((int)Math.Floor(known.Min()), (int)Math.Ceiling(known.Max()));
        double[] steps = high - low <= 3 ? [1, 2, 5] : [1];
        var ticks = from exponent in Enumerable.Range(low, high - low + 1) from step in steps select step * Math.Pow(10, exponent);
        var shown = ticks.ToArray();
        axis.SetTicks(Array.ConvertAll(shown, Math.Log10), Array.ConvertAll(shown, value => value is >= 1e-4 and < 1e5 ? value.ToString("0.####") : value.ToString("0e+0")));
    }

    private static void RegisterFont()
    {
        lock (Gate)
        {
            if (!fontIsKnown)
            {
                Fonts.FontResolvers.Insert(0, new Resolver());
                Fonts.Default = PlotFont.Name;
                fontIsKnown = true;
            }
        }
    }

    private sealed class Resolver : IFontResolver
    {
        public SKTypeface? CreateTypeface(string fontName, bool bold, bool italic) => fontName == PlotFont.Name ? PlotFont.Open() : null;

        public SKTypeface? CreateTypeface(string fontName, FontWeight weight, FontSlant slant, FontSpacing spacing) =>
            fontName == PlotFont.Name ? PlotFont.Open() : null;
    }
}
