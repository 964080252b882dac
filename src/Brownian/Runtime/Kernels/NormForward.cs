namespace Brownian.Runtime.Kernels;

/// <summary>The forward pass of the fused group norm.</summary>
/// <typeparam name="TLanes">Width of the arithmetic; divides the channels.</typeparam>
/// <typeparam name="TElement">float, or ushort for bfloat16.</typeparam>
internal static unsafe class NormForward<TLanes, TElement>
    where TLanes : struct, ILanes<TLanes>
    where TElement : unmanaged
{
    /// <summary>All of the samples [begin, end): each is read twice while it is in the cache.</summary>
    public static void Samples(long begin, long end, void* problem)
    {
        ref var p = ref *(NormProblem*)problem;
        for (var n = (int)begin; n < end; n++)
        {
            for (var chunk = 0; chunk < p.Chunks; chunk++)
            {
                Sum(ref p, n, chunk);
            }

            NormSums.Forward(ref p, n, FirstPixel(ref p, n));
            for (var chunk = 0; chunk < p.Chunks; chunk++)
            {
                Apply(ref p, n, chunk);
            }
        }
    }

    /// <summary>The sums of the chunks [begin, end) of all samples.</summary>
    public static void SumChunks(long begin, long end, void* problem)
    {
        ref var p = ref *(NormProblem*)problem;
        for (var i = (int)begin; i < end; i++)
        {
            Sum(ref p, i / p.Chunks, i % p.Chunks);
        }
    }

    /// <summary>The statistics of the samples [begin, end).</summary>
    public static void Finish(long begin, long end, void* problem)
    {
        ref var p = ref *(NormProblem*)problem;
        for (var n = (int)begin; n < end; n++)
        {
            NormSums.Forward(ref p, n, FirstPixel(ref p, n));
        }
    }

    /// <summary>The output of the chunks [begin, end) of all samples.</summary>
    public static void ApplyChunks(long begin, long end, void* problem)
    {
        ref var p = ref *(NormProblem*)problem;
        for (var i = (int)begin; i < end; i++)
        {
            Apply(ref p, i / p.Chunks, i % p.Chunks);
        }
    }

    private static TElement* Pixel(void* data, ref NormProblem p, int n, int pixel) => (TElement*)data + (((long)n * p.Pixels) + pixel) * p.Channels;

    private static TLanes Load(TElement* at) => typeof(TElement) == typeof(float) ? TLanes.Load((float*)at) : TLanes.Load((ushort*)at);

    private static void Store(TLanes value, TElement* at)
    {
        if (typeof(TElement) == typeof(float))
        {
            TLanes.Store(value, (float*)at);
        }
        else
        {
            TLanes.Store(value, (ushort*)at);
        }
    }

    // Sums are taken of x minus the sample's first pixel, which loses no digits when the mean is far from zero.
    private static NormSums.Origin FirstPixel(ref NormProblem p, int n) => new(Pixel(p.X, ref p, n, 0), typeof(TElement) == typeof(float));

    private static void Sum(ref NormProblem p, int n, int chunk)
    {
        var (from, to) = p.Chunk(chunk);
        var sums = p.Partial + ((long)((n * p.Chunks) + chunk) * 2 * p.Channels);
        var c = 0;
        for (; c + (4 * TLanes.Width) <= p.Channels; c += 4 * TLanes.Width)
        {
            SumFour(Pixel(p.X, ref p, n, 0) + c, Pixel(p.X, ref p, n, from) + c, to - from, p.Channels, sums + c);
        }

        for (; c + (2 * TLanes.Width) <= p.Channels; c += 2 * TLanes.Width)
        {
            SumTwo(Pixel(p.X, ref p, n, 0) + c, Pixel(p.X, ref p, n, from) + c, to - from, p.Channels, sums + c);
        }

        for (; c < p.Channels; c += TLanes.Width)
        {
            SumOne(Pixel(p.X, ref p, n, 0) + c, Pixel(p.X, ref p, n, from) + c, to - from, p.Channels, sums + c);
        }
    }

    private static void SumFour(TElement* origin, TElement* x, int pixels, int channels, float* sums)
    {
        SumTwoAt(origin, x, pixels, channels, sums, 0);
        SumTwoAt(origin, x, pixels, channels, sums, 2 * TLanes.Width);
    }

    private static void SumTwo(TElement* origin, TElement* x, int pixels, int channels, float* sums) => SumTwoAt(origin, x, pixels, channels, sums, 0);

    // Two vectors of channels and two pixels at a time: enough independent chains of additions to keep the adders busy.
    private static void SumTwoAt(TElement* origin, TElement* x, int pixels, int channels, float* sums, int at)
    {
        var w = TLanes.Width;
        TLanes k0 = Load(origin + at), k1 = Load(origin + at + w);
        TLanes s0 = TLanes.Zero, s1 = s0, s2 = s0, s3 = s0, q0 = s0, q1 = s0, q2 = s0, q3 = s0;
        var row = x + at;
        var i = 0;
        for (; i + 2 <= pixels; i += 2)
        {
            var d0 = Load(row) - k0;
            var d1 = Load(row + w) - k1;
            var d2 = Load(row + channels) - k0;
            var d3 = Load(row + channels + w) - k1;
            s0 += d0;
            s1 += d1;
            s2 += d2;
            s3 += d3;
            q0 = TLanes.MultiplyAdd(d0, d0, q0);
            q1 = TLanes.MultiplyAdd(d1, d1, q1);
            q2 = TLanes.MultiplyAdd(d2, d2, q2);
            q3 = TLanes.MultiplyAdd(d3, d3, q3);
            row += 2 * channels;
        }

        if (i < pixels)
        {
            var d0 = Load(row) - k0;
            var d1 = Load(row + w) - k1;
            s0 += d0;
            s1 += d1;
            q0 = TLanes.MultiplyAdd(d0, d0, q0);
            q1 = TLanes.MultiplyAdd(d1, d1, q1);
        }

        TLanes.Store(s0 + s2, sums + at);
        TLanes.Store(s1 + s3, sums + at + w);
        TLanes.Store(q0 + q2, sums + channels + at);
        TLanes.Store(q1 + q3, sums + channels + at + w);
    }

    private static void SumOne(TElement* origin, TElement* x, int pixels, int channels, float* sums)
    {
        var k = Load(origin);
        TLanes s = TLanes.Zero, q = s;
        for (var i = 0; i < pixels; i++)
        {
            var d = Load(x + ((long)i * channels)) - k;
            s += d;
            q = TLanes.MultiplyAdd(d, d, q);
        }

        TLanes.Store(s, sums);
        TLanes.Store(q, sums + channels);
    }

    private static void Apply(ref NormProblem p, int n, int chunk)
    {
        var (from, to) = p.Chunk(chunk);
        var slope = p.Affine + ((long)n * 2 * p.Channels);
        var offset = slope + p.Channels;
        TElement* x = Pixel(p.X, ref p, n, from), y = Pixel(p.Y, ref p, n, from);
        var (channels, silu) = (p.Channels, p.Silu);
        for (var i = from; i < to; i++)
        {
            for (var c = 0; c < channels; c += TLanes.Width)
            {
                var z = TLanes.MultiplyAdd(Load(x + c), TLanes.Load(slope + c), TLanes.Load(offset + c));
                Store(silu ? z * TLanes.Sigmoid(z) : z, y + c);
            }

            x += channels;
            y += channels;
        }
    }
}
