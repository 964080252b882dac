namespace Brownian.Data.BuiltIn;

/// <summary>A small grey picture on which lines of varying width leave soft-edged ink: the distance to the line decides.</summary>
internal sealed class InkCanvas(int size)
{
    // How far the nearest line's edge is, in pixels, positive inside the ink.
    private readonly double[] depth = new double[size * size];

    public void Clear() => Array.Fill(depth, double.NegativeInfinity);

    /// <summary>Draws from one point to another; the pen's radius goes from <paramref name="r0"/> to <paramref name="r1"/>. All in pixels.</summary>
    public void Line(double x0, double y0, double x1, double y1, double r0, double r1)
    {
        var reach = Math.Max(r0, r1) + 2;
        var (left, right) = Span(Math.Min(x0, x1) - reach, Math.Max(x0, x1) + reach);
        var (top, bottom) = Span(Math.Min(y0, y1) - reach, Math.Max(y0, y1) + reach);
        var (dx, dy, dr) = (x1 - x0, y1 - y0, r1 - r0);
        var scale = 1 / (dx * dx + dy * dy + 1e-12);
        for (var y = top; y < bottom; y++)
        {
            var py = y + 0.5 - y0;
            for (var x = left; x < right; x++)
            {
                var px = x + 0.5 - x0;
                var t = Math.Clamp((px * dx + py * dy) * scale, 0, 1);
                var (ex, ey) = (px - t * dx, py - t * dy);
                var inside = r0 + t * dr - Math.Sqrt(ex * ex + ey * ey);
                ref var best = ref depth[y * size + x];
                best = Math.Max(best, inside);
            }
        }
    }

    /// <summary>The picture: <paramref name="ink"/> (0 … 1) well inside a line, falling to 0 over <paramref name="softness"/> pixels at its edge.</summary>
    public void Write(double softness, double ink, Span<byte> grey)
    {
        for (var i = 0; i < depth.Length; i++)
        {
            var t = Math.Clamp(0.5 + depth[i] / softness, 0, 1);
            grey[i] = (byte)(255 * ink * t * t * (3 - 2 * t) + 0.5);
        }
    }

    private (int From, int To) Span(double low, double high) =>
        ((int)Math.Clamp(Math.Floor(low), 0, size), (int)Math.Clamp(Math.Ceiling(high), 0, size));
}
