namespace Brownian.Data.BuiltIn;

/// <summary>Turns the points of a stroke into a smooth line: a centripetal Catmull–Rom curve (Yuksel et al. 2011) between corners.</summary>
internal static class PenPath
{
    private const int StepsPerSpan = 7;

    /// <summary>Appends the line through <paramref name="points"/> to <paramref name="line"/>.</summary>
    public static void Trace(ReadOnlySpan<PenPoint> points, List<(double X, double Y)> line)
    {
        var start = 0;
        for (var i = 1; i < points.Length; i++)
        {
            if (points[i].Corner || i == points.Length - 1)
            {
                TraceSmooth(points[start..(i + 1)], line);
                start = i;
            }
        }
    }

    private static void TraceSmooth(ReadOnlySpan<PenPoint> points, List<(double X, double Y)> line)
    {
        line.Add((points[0].X, points[0].Y));
        for (var i = 0; i + 1 < points.Length; i++)
        {
            var (p1, p2) = (points[i], points[i + 1]);
            var p0 = i > 0 ? points[i - 1] : new PenPoint(2 * p1.X - p2.X, 2 * p1.Y - p2.Y, false);
            var p3 = i + 2 < points.Length ? points[i + 2] : new PenPoint(2 * p2.X - p1.X, 2 * p2.Y - p1.Y, false);
            TraceSpan(p0, p1, p2, p3, line);
        }
    }

    private static void TraceSpan(PenPoint p0, PenPoint p1, PenPoint p2, PenPoint p3, List<(double X, double Y)> line)
    {
        var (d01, d12, d23) = (Knot(p0, p1), Knot(p1, p2), Knot(p2, p3));
        var (x1, x2) = Tangents(p0.X, p1.X, p2.X, p3.X, d01, d12, d23);
        var (y1, y2) = Tangents(p0.Y, p1.Y, p2.Y, p3.Y, d01, d12, d23);
        for (var step = 1; step <= StepsPerSpan; step++)
        {
            var t = (double)step / StepsPerSpan;
            line.Add((Hermite(p1.X, x1, p2.X, x2, t), Hermite(p1.Y, y1, p2.Y, y2, t)));
        }
    }

    private static (double, double) Tangents(double a, double b, double c, double d, double ab, double bc, double cd) =>
        (bc * ((b - a) / ab - (c - a) / (ab + bc) + (c - b) / bc),
         bc * ((c - b) / bc - (d - b) / (bc + cd) + (d - c) / cd));

    private static double Hermite(double a, double da, double b, double db, double t)
    {
        var (t2, t3) = (t * t, t * t * t);
        return (2 * t3 - 3 * t2 + 1) * a + (t3 - 2 * t2 + t) * da + (3 * t2 - 2 * t3) * b + (t3 - t2) * db;
    }

    /// <summary>The centripetal knot distance √|p − q|.</summary>
    private static double Knot(PenPoint p, PenPoint q)
    {
        var (dx, dy) = (p.X - q.X, p.Y - q.Y);
        return Math.Sqrt(Math.Sqrt(dx * dx + dy * dy)) + 1e-4;
    }
}
