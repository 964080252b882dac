using SkiaSharp;

namespace Brownian.Cli.Plots;

/// <summary>DejaVu Sans, bundled: the Linux build of SkiaSharp sees no system fonts, and plots would silently have no text at all.</summary>
internal static class PlotFont
{
    public const string Name = "Brownian";
    private const string Resource = "Brownian.Cli.Plots.Fonts.DejaVuSans.ttf";

    public static SKTypeface Open()
    {
        using var stream = typeof(PlotFont).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"The font {Resource} is missing in the program. Install it again.");
        return SKTypeface.FromStream(stream);
    }
}
