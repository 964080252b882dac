namespace Brownian.Cli.Live;

/// <summary>A curve in braille characters: two points across and four down in each cell.</summary>
internal static class BraillePlot
{
    // Bits of U+2800 for a cell's points, [row][column].
    private static readonly int[][] Dots = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];

    /// <param name="values">The curve from left to right; more values than points are averaged. NaN leaves a gap.</param>
    /// <param name="columns">Character columns.</param>
    /// <param name="rows">Character rows.</param>
    /// <returns><paramref name="rows"/> lines from the top, and the values at the upper and lower edge.</returns>
    public static (string[] Lines, double Top, double Bottom) Draw(IReadOnlyList<double> values, int columns, int rows)
    {
        var points = Average(values, Math.Min(columns * 2, values.Count));
        var finite = points.Where(double.IsFinite).DefaultIfEmpty(0).ToArray();
        var (bottom, top) = (finite.Min(), finite.Max());
        var cells = new int[rows, columns];
        var height = rows * 4;
        var before = -1;
        for (var x = 0; x < points.Length; x++)
        {
            if (!double.IsFinite(points[x]))
            {
                before = -1;
                continue;
            }

            var y = top > bottom ? (int)Math.Round((top - points[x]) / (top - bottom) * (height - 1)) : height / 2;

            // Steep parts stay a line, not a cloud of points.
            for (var between = before < 0 ? y : before + Math.Sign(y - before); ; between += Math.Sign(y - between))
            {
                cells[between / 4, x / 2] |= Dots[between % 4][x % 2];
                if (between == y)
                {
                    break;
                }
            }

            before = y;
        }

        return ([.. Enumerable.Range(0, rows).Select(row => string.Concat(Enumerable.Range(0, columns).Select(column => (char)(0x2800 + cells[row, column]))))], top, bottom);
    }

    private static double[] Average(IReadOnlyList<double> values, int count)
    {
        var averages = new double[count];
        for (var i = 0; i < count; i++)
        {
            var (from, to) = ((int)((long)i * values.Count / count), (int)((long)(i + 1) * values.Count / count));
            var sum = 0.0;
            for (var j = from; j < to; j++)
            {
                sum += values[j];
            }

            averages[i] = sum / (to - from);
        }

        return averages;
    }
}
