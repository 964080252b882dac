namespace Brownian.Data;

/// <summary>Which input pixels an output pixel mixes, and by which weights. The arithmetic is Pillow's, operation by operation.</summary>
/// <param name="First">The number of the first input pixel.</param>
/// <param name="Weights">One for each of the pixels from the first one on; their sum is 1.</param>
internal readonly record struct ResizeTaps(int First, double[] Weights)
{
    /// <summary>The taps of every output pixel of one axis.</summary>
    /// <param name="from">Pixels that come in.</param>
    /// <param name="to">Pixels that go out.</param>
    /// <param name="filter">The kernel; it is stretched where pixels get fewer.</param>
    public static ResizeTaps[] For(int from, int to, ResizeFilter filter) => filter == ResizeFilter.Nearest ? Nearest(from, to) : Mixing(from, to, filter);

    private static ResizeTaps[] Mixing(int from, int to, ResizeFilter filter)
    {
        var scale = (double)from / to;
        var stretch = Math.Max(scale, 1);
        var (radius, shrink) = (Radius(filter) * stretch, 1 / stretch);
        var taps = new ResizeTaps[to];
        for (var i = 0; i < to; i++)
        {
            var centre = (i + 0.5) * scale;
            var first = Math.Max((int)(centre - radius + 0.5), 0);
            var weights = new double[Math.Min((int)(centre + radius + 0.5), from) - first];
            var sum = 0.0;
            for (var j = 0; j < weights.Length; j++)
            {
                weights[j] = Kernel(filter, (first + j - centre + 0.5) * shrink);
                sum += weights[j];
            }

            taps[i] = new(first, Array.ConvertAll(weights, weight => weight / sum));
        }

        return taps;
    }

    // Positions are added up rather than multiplied, as in Pillow: where one falls between two pixels, this decides.
    private static ResizeTaps[] Nearest(int from, int to)
    {
        var scale = (double)from / to;
        var taps = new ResizeTaps[to];
        var position = scale * 0.5;
        for (var i = 0; i < to; i++, position += scale)
        {
            taps[i] = new(Math.Min((int)position, from - 1), [1]);
        }

        return taps;
    }

    private static double Radius(ResizeFilter filter) => filter switch
    {
        ResizeFilter.Box => 0.5,
        ResizeFilter.Bilinear or ResizeFilter.Hamming => 1,
        ResizeFilter.Bicubic => 2,
        ResizeFilter.Lanczos => 3,
        _ => throw new ArgumentOutOfRangeException(nameof(filter), filter, "Expected a ResizeFilter."),
    };

    private static double Kernel(ResizeFilter filter, double x) => filter switch
    {
        ResizeFilter.Box => x is > -0.5 and <= 0.5 ? 1 : 0,
        ResizeFilter.Bilinear => Math.Max(0, 1 - Math.Abs(x)),
        ResizeFilter.Hamming => Math.Abs(x) < 1 ? Sinc(x) * (0.54 + 0.46 * Math.Cos(Math.PI * x)) : 0,
        ResizeFilter.Bicubic => Cubic(Math.Abs(x)),
        _ => Math.Abs(x) < 3 ? Sinc(x) * Sinc(x / 3) : 0,
    };

    /// <summary>Keys 1981, equation 4, with a = −1/2.</summary>
    private static double Cubic(double x) => x switch
    {
        < 1 => (1.5 * x - 2.5) * x * x + 1,
        < 2 => ((-0.5 * x + 2.5) * x - 4) * x + 2,
        _ => 0,
    };

    private static double Sinc(double x) => x == 0 ? 1 : Math.Sin(Math.PI * x) / (Math.PI * x);
}
