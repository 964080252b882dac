namespace Brownian.Evaluation;

/// <summary>Weighted means around every pixel of a picture that is mirrored at its borders (d c b a | a b c d | d c b a).</summary>
/// <param name="weights">Of one axis; an odd number of them, of sum 1.</param>
/// <param name="height">Rows of the picture.</param>
/// <param name="width">Columns of the picture.</param>
internal sealed class SeparableWindow(double[] weights, int height, int width)
{
    private readonly int radius = weights.Length / 2;

    public static double[] Uniform(int side) => [.. Enumerable.Repeat(1.0 / side, side)];

    public static double[] Gaussian(double sigma, int radius)
    {
        double[] bell = [.. Enumerable.Range(-radius, 2 * radius + 1).Select(x => Math.Exp(-0.5 * x * x / (sigma * sigma)))];
        var sum = bell.Sum();
        return Array.ConvertAll(bell, value => value / sum);
    }

    /// <summary>[H·W] → [H·W].</summary>
    public double[] Mean(double[] picture)
    {
        var (columns, both) = (new double[picture.Length], new double[picture.Length]);
        for (var y = 0; y < height; y++)
        {
            var row = columns.AsSpan(y * width, width);
            for (var k = 0; k < weights.Length; k++)
            {
                Accumulate(row, picture.AsSpan(Mirrored(y + k - radius, height) * width, width), weights[k]);
            }
        }

        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var sum = 0.0;
                for (var k = 0; k < weights.Length; k++)
                {
                    sum += weights[k] * columns[y * width + Mirrored(x + k - radius, width)];
                }

                both[y * width + x] = sum;
            }
        }

        return both;
    }

    private static void Accumulate(Span<double> sums, ReadOnlySpan<double> values, double weight)
    {
        for (var x = 0; x < sums.Length; x++)
        {
            sums[x] += weight * values[x];
        }
    }

    private static int Mirrored(int at, int length)
    {
        while (at < 0 || at >= length)
        {
            at = at < 0 ? -1 - at : 2 * length - 1 - at;
        }

        return at;
    }
}
