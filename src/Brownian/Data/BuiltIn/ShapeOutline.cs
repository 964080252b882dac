namespace Brownian.Data.BuiltIn;

/// <summary>
/// The shapes of <c>builtin:scenes</c> as distances to their outlines, in units of the shape's radius: negative inside.
/// </summary>
internal static class ShapeOutline
{
    private static readonly Dictionary<string, (double X, double Y)[]> Polygons = new(StringComparer.Ordinal)
    {
        ["square"] = [(-0.84, -0.84), (0.84, -0.84), (0.84, 0.84), (-0.84, 0.84)],
        ["triangle"] = [(0, -1.02), (1.03, 0.82), (-1.03, 0.82)],
        ["diamond"] = [(0, -1.15), (0.8, 0), (0, 1.15), (-0.8, 0)],
        ["cross"] = Cross(1.0, 0.34),
        ["star"] = Star(1.16, 0.48),
        ["heart"] = Heart(),
    };

    /// <summary>The signed distance from a point to the outline; the shape is centred on (0, 0), y down.</summary>
    public static double Distance(string shape, double x, double y) => shape switch
    {
        "circle" => Math.Sqrt(x * x + y * y) - 0.95,
        "ring" => Math.Abs(Math.Sqrt(x * x + y * y) - 0.74) - 0.27,
        _ => ToPolygon(Polygons[shape], x, y),
    };

    private static double ToPolygon((double X, double Y)[] corners, double x, double y)
    {
        var (nearest, inside) = (double.PositiveInfinity, false);
        var previous = corners[^1];
        foreach (var corner in corners)
        {
            var (ex, ey) = (corner.X - previous.X, corner.Y - previous.Y);
            var (px, py) = (x - previous.X, y - previous.Y);
            var t = Math.Clamp((px * ex + py * ey) / (ex * ex + ey * ey), 0, 1);
            var (dx, dy) = (px - t * ex, py - t * ey);
            nearest = Math.Min(nearest, dx * dx + dy * dy);
            // Crossings of the ray to the right (even–odd rule).
            if ((previous.Y > y) != (corner.Y > y) && px < ex * py / ey)
            {
                inside = !inside;
            }

            previous = corner;
        }

        return inside ? -Math.Sqrt(nearest) : Math.Sqrt(nearest);
    }

    private static (double, double)[] Cross(double r, double w) =>
        [(-w, -r), (w, -r), (w, -w), (r, -w), (r, w), (w, w), (w, r), (-w, r), (-w, w), (-r, w), (-r, -w), (-w, -w)];

    private static (double, double)[] Star(double outer, double inner)
    {
        // The sines and cosines of multiples of 36°.
        (double Sine, double Cosine)[] at =
            [(0, 1), (0.5877852522924731, 0.8090169943749475), (0.9510565162951535, 0.30901699437494745), (0.9510565162951535, -0.30901699437494745), (0.5877852522924731, -0.8090169943749475), (0, -1)];
        var points = new (double, double)[10];
        for (var i = 0; i < 10; i++)
        {
            var (sine, cosine) = i <= 5 ? at[i] : (-at[10 - i].Sine, at[10 - i].Cosine);
            var r = i % 2 == 0 ? outer : inner;
            points[i] = (r * sine, -r * cosine);
        }

        return points;
    }

    /// <summary>Two Bézier curves from the notch to the tip, mirrored.</summary>
    private static (double, double)[] Heart()
    {
        var half = new List<(double X, double Y)>();
        (double X, double Y)[] top = [(0, -0.55), (0.22, -1.2), (1.12, -1.12), (1.06, -0.3)];
        (double X, double Y)[] side = [(1.06, -0.3), (1.0, 0.25), (0.4, 0.55), (0, 1.02)];
        foreach (var curve in new[] { top, side })
        {
            for (var i = 0; i < 8; i++)
            {
                var (t, s) = (i / 8.0, 1 - i / 8.0);
                var (a, b, c, d) = (s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t);
                half.Add((a * curve[0].X + b * curve[1].X + c * curve[2].X + d * curve[3].X, a * curve[0].Y + b * curve[1].Y + c * curve[2].Y + d * curve[3].Y));
            }
        }

        half.Add(side[3]);
        return [.. half, .. half.Skip(1).SkipLast(1).Reverse().Select(point => (-point.X, point.Y))];
    }
}
