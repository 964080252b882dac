using System.Runtime.InteropServices;
using Brownian.Cli.Plots;
using Brownian.Cli.Terminals;
using SkiaSharp;

namespace Brownian.Cli.Doctor;

/// <summary>The program itself: its version, its picture library, its font, and the screen that it writes to.</summary>
internal static class ProgramCheck
{
    public static Finding Version() =>
        new("brownian", Verdict.Ok, $"{CommandLine.Version}, {RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}");

    public static Finding Images()
    {
        using var bitmap = new SKBitmap(2, 2);
        bitmap.Erase(SKColors.Teal);
        using var png = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        using var back = SKBitmap.Decode(png);
        return back?.GetPixel(1, 1) == SKColors.Teal
            ? new("images", Verdict.Ok, "SkiaSharp reads and writes PNG, JPEG and WebP")
            : new("images", Verdict.Fail, "SkiaSharp does not give back the picture that it wrote", "Its native library does not fit this system: please report it.");
    }

    public static Finding Fonts()
    {
        using var typeface = PlotFont.Open();
        using var font = new SKFont(typeface, 20);
        var width = font.MeasureText("Brownian");
        return width > 20
            ? new("fonts", Verdict.Ok, $"{typeface.FamilyName}, bundled; plots look the same everywhere")
            : new("fonts", Verdict.Fail, "the bundled font has no letters: plots would have no text", "The program's files are damaged: install it again.");
    }

    public static Finding Screen(Terminal terminal) => new(
        "screen",
        Verdict.Ok,
        terminal.ErrorIsTerminal
            ? $"{terminal.Width}×{terminal.Height}, colour {(terminal.Colour ? "yes" : "no")}, pictures by {terminal.Pictures}"
            : "not a terminal: plain lines, no colour, no pictures");
}
