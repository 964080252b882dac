namespace Brownian.Runtime.Kernels;

/// <summary>What the fused group norm does once a channel rather than once a pixel. In double precision: it costs nothing here.</summary>
internal static unsafe class NormSums
{
    /// <summary>Mean and variance of sample <paramref name="n"/> from its chunks' sums, then the affine maps that the pixels need.</summary>
    public static void Forward(ref NormProblem p, int n, Origin origin)
    {
        var (c, width) = (p.Channels, p.Channels / p.Groups);
        double* means = stackalloc double[2 * c], squares = means + c;
        ChannelMoments(ref p, n, origin, means, squares);
        var statistics = p.Statistics + ((long)n * 3 * c);
        var affine = p.Affine + ((long)n * 2 * c);
        for (var g = 0; g < c; g += width)
        {
            var (mean, variance) = GroupMoments(means + g, squares + g, width, p.Pixels);
            var r = 1 / Math.Sqrt(variance + p.Epsilon);
            for (var i = g; i < g + width; i++)
            {
                var q = ((p.Before is null ? 0 : p.Before[(n * c) + i]) - mean) * r;
                statistics[i] = (float)r;
                statistics[c + i] = (float)q;
                statistics[(2 * c) + i] = (float)((means[i] - mean) * r);
                Affine(ref p, n, i, out var slope, out var offset);
                affine[i] = (float)(r * slope);
                affine[c + i] = (float)((q * slope) + offset);
            }
        }
    }

    /// <summary>The affine map after x̂, which the backward pass needs apart.</summary>
    public static void AffineOfBackward(ref NormProblem p)
    {
        var c = p.Channels;
        for (var n = 0; n < p.Samples; n++)
        {
            for (var i = 0; i < c; i++)
            {
                Affine(ref p, n, i, out var slope, out var offset);
                p.Affine[((long)n * 2 * c) + i] = (float)slope;
                p.Affine[(((long)n * 2) + 1) * c + i] = (float)offset;
            }
        }
    }

    /// <summary>
    /// With S1 = Σ dz, S2 = Σ dz·x̂ and M elements a group: dx = R·(dz·slope − G1 − x̂·G2), G1 = Σ slope·S1 / M, G2 = Σ slope·S2 / M
    /// (Ioffe and Szegedy 2015, sec. 3, by groups).
    /// </summary>
    public static void Backward(ref NormProblem p, int n)
    {
        var (c, width) = (p.Channels, p.Channels / p.Groups);
        double* first = stackalloc double[2 * c], second = first + c;
        Gather(ref p, n, first, second);
        float* statistics = p.Statistics + ((long)n * 3 * c), affine = p.Affine + ((long)n * 2 * c);
        float* sums = p.Sums + ((long)n * 2 * c), linear = p.Linear + ((long)n * 2 * c);
        for (var g = 0; g < c; g += width)
        {
            double g1 = 0, g2 = 0;
            for (var i = g; i < g + width; i++)
            {
                (sums[i], sums[c + i]) = ((float)first[i], (float)second[i]);
                g1 += affine[i] * first[i] / ((double)width * p.Pixels);
                g2 += affine[i] * second[i] / ((double)width * p.Pixels);
            }

            for (var i = g; i < g + width; i++)
            {
                double r = statistics[i];
                (linear[i], linear[c + i]) = ((float)(-r * g2), (float)(-r * g1));
                if (p.GradBefore is not null)
                {
                    p.GradBefore[(n * c) + i] = (float)(r * ((affine[i] * first[i]) - (p.Pixels * (g1 + (g2 * statistics[(2 * c) + i])))));
                }
            }
        }
    }

    private static void Affine(ref NormProblem p, int n, int i, out double slope, out double offset)
    {
        double scale = p.Scale is null ? 1 : 1.0 + p.Scale[(n * p.Channels) + i];
        double shift = p.Shift is null ? 0 : p.Shift[(n * p.Channels) + i];
        slope = p.Weight[i] * scale;
        offset = (p.Bias[i] * scale) + shift;
    }

    // Each channel's mean of x + before, and its sum of squared deviations from it.
    private static void ChannelMoments(ref NormProblem p, int n, Origin origin, double* means, double* squares)
    {
        Gather(ref p, n, means, squares);
        for (var i = 0; i < p.Channels; i++)
        {
            squares[i] = Math.Max(0, squares[i] - (means[i] * means[i] / p.Pixels));
            means[i] = origin.Of(i) + (means[i] / p.Pixels) + (p.Before is null ? 0 : p.Before[(n * p.Channels) + i]);
        }
    }

    // Chan, Golub and LeVeque (1979): moments of parts combine without cancellation.
    private static (double Mean, double Variance) GroupMoments(double* means, double* squares, int width, int pixels)
    {
        double mean = 0, total = 0;
        for (var i = 0; i < width; i++)
        {
            mean += means[i] / width;
        }

        for (var i = 0; i < width; i++)
        {
            total += squares[i] + (pixels * (means[i] - mean) * (means[i] - mean));
        }

        return (mean, total / ((double)width * pixels));
    }

    private static void Gather(ref NormProblem p, int n, double* first, double* second)
    {
        var c = p.Channels;
        var partial = p.Partial + ((long)n * p.Chunks * 2 * c);
        new Span<double>(first, c).Clear();
        new Span<double>(second, c).Clear();
        for (var chunk = 0; chunk < p.Chunks; chunk++)
        {
            for (var i = 0; i < c; i++)
            {
                first[i] += partial[i];
                second[i] += partial[c + i];
            }

            partial += 2 * c;
        }
    }

    /// <summary>The pixel that sums are relative to.</summary>
    public readonly struct Origin(void* pixel, bool single)
    {
        private readonly void* pixel = pixel;
        private readonly bool single = single;

        public double Of(int channel) => single
            ? ((float*)pixel)[channel]
            : BitConverter.UInt32BitsToSingle((uint)((ushort*)pixel)[channel] << 16);
    }
}
