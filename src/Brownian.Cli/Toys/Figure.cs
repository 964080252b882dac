using Brownian.Cli.Plots;
using Brownian.Data;
using SkiaSharp;

namespace Brownian.Cli.Toys;

/// <summary>A row of square panels, each a window on the plane with a title.</summary>
internal sealed class Figure : IDisposable
{
    /// <summary>Panels show x and y from −Window to Window.</summary>
    public const double Window = 1.35;

    private const int Gap = 12, TitleHeight = 30;
    private static readonly SKColor Ink = new(51, 65, 85), Frame = new(203, 213, 225);
    private readonly SKBitmap bitmap;
    private readonly SKCanvas canvas;
    private readonly SKTypeface typeface = PlotFont.Open();
    private readonly int side;
    private readonly int columns;

    /// <param name="panels">How many.</param>
    /// <param name="side">Of a panel, in pixels.</param>
    /// <param name="columns">Panels in a row; all if left out.</param>
    public Figure(int panels, int side = 250, int? columns = null)
    {
        (this.side, this.columns) = (side, columns ?? panels);
        var rows = (panels + this.columns - 1) / this.columns;
        bitmap = new(Gap + this.columns * (side + Gap), rows * (TitleHeight + side + Gap), SKColorType.Rgba8888, SKAlphaType.Opaque);
        canvas = new(bitmap);
        canvas.Clear(SKColors.White);
    }

    /// <summary>Writes above a panel.</summary>
    public void Title(int panel, string text)
    {
        using var font = new SKFont(typeface, Math.Clamp(side / 19f, 11, 14));
        using var paint = new SKPaint { Color = Ink, IsAntialias = true };
        var place = Place(panel);
        canvas.DrawText(text, place.Left + side / 2f, place.Top - 9, SKTextAlign.Center, font, paint);
    }

    /// <summary>Fills a panel with a density.</summary>
    /// <param name="panel">Which.</param>
    /// <param name="values">Row by row from the top, cells × cells.</param>
    /// <param name="top">The value of the darkest colour.</param>
    public void Heat(int panel, double[] values, double top)
    {
        var cells = (int)Math.Sqrt(values.Length);
        using var map = new SKBitmap(cells, cells, SKColorType.Rgba8888, SKAlphaType.Opaque);
        for (var i = 0; i < values.Length; i++)
        {
            // A root, so that what is rare is seen too.
            map.SetPixel(i % cells, i / cells, HeatScale.At(Math.Sqrt(Math.Max(0, values[i]) / top)));
        }

        using var image = SKImage.FromBitmap(map);
        canvas.DrawImage(image, Place(panel), new SKSamplingOptions(SKCubicResampler.Mitchell));
        Border(panel);
    }

    /// <summary>Dots at points.</summary>
    public void Points(int panel, IReadOnlyList<SKPoint> points, SKColor colour, float radius)
    {
        using var paint = new SKPaint { Color = colour, IsAntialias = true };
        Clipped(panel, () =>
        {
            foreach (var point in points)
            {
                canvas.DrawCircle(At(panel, point), radius, paint);
            }
        });
    }

    /// <summary>A polyline.</summary>
    public void Line(int panel, IReadOnlyList<SKPoint> points, SKColor colour, float width)
    {
        using var paint = new SKPaint { Color = colour, IsAntialias = true, StrokeWidth = width, IsStroke = true, StrokeJoin = SKStrokeJoin.Round, StrokeCap = SKStrokeCap.Round };
        using var path = new SKPathBuilder();
        path.AddPoly([.. points.Select(point => At(panel, point))], close: false);
        using var drawn = path.Detach();
        Clipped(panel, () => canvas.DrawPath(drawn, paint));
    }

    /// <summary>An arrow from a point along a vector, in units of the plane.</summary>
    public void Arrow(int panel, SKPoint from, SKPoint along, SKColor colour)
    {
        var (start, end) = (At(panel, from), At(panel, from + along));
        var (dx, dy) = (end.X - start.X, end.Y - start.Y);
        var length = MathF.Sqrt(dx * dx + dy * dy);
        if (length < 1)
        {
            return;
        }

        using var paint = new SKPaint { Color = colour, IsAntialias = true, StrokeWidth = 1.1f, IsStroke = true, StrokeCap = SKStrokeCap.Round };
        var head = Math.Min(4, 0.5f * length) / length;
        canvas.DrawLine(start, end, paint);
        canvas.DrawLine(end, new(end.X - head * (dx - 0.6f * dy), end.Y - head * (dy + 0.6f * dx)), paint);
        canvas.DrawLine(end, new(end.X - head * (dx + 0.6f * dy), end.Y - head * (dy - 0.6f * dx)), paint);
    }

    /// <summary>The frame around a panel.</summary>
    public void Border(int panel)
    {
        using var paint = new SKPaint { Color = Frame, IsStroke = true, StrokeWidth = 1 };
        canvas.DrawRect(Place(panel), paint);
    }

    /// <summary>What was drawn.</summary>
    public Picture Picture()
    {
        canvas.Flush();
        var picture = new Picture(3, bitmap.Height, bitmap.Width);
        var pixels = bitmap.GetPixelSpan();
        for (var i = 0; i < bitmap.Width * bitmap.Height; i++)
        {
            for (var c = 0; c < 3; c++)
            {
                picture.Plane(c)[i] = pixels[i / bitmap.Width * bitmap.RowBytes + i % bitmap.Width * 4 + c];
            }
        }

        return picture;
    }

    public void Dispose()
    {
        canvas.Dispose();
        bitmap.Dispose();
        typeface.Dispose();
    }

    private SKRect Place(int panel) =>
        SKRect.Create(Gap + panel % columns * (side + Gap), TitleHeight + panel / columns * (TitleHeight + side + Gap), side, side);

    private SKPoint At(int panel, SKPoint point)
    {
        var place = Place(panel);
        return new(place.MidX + (float)(point.X / Window * side / 2), place.MidY - (float)(point.Y / Window * side / 2));
    }

    private void Clipped(int panel, Action draw)
    {
        canvas.Save();
        canvas.ClipRect(Place(panel));
        draw();
        canvas.Restore();
    }
}
