namespace Brownian.Runtime.Kernels;

/// <summary>The backward pass of the fused group norm.</summary>
/// <typeparam name="TLanes">Width of the arithmetic; divides the channels.</typeparam>
/// <typeparam name="TElement">float, or ushort for bfloat16.</typeparam>
internal static unsafe class NormBackward<TLanes, TElement>
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

            NormSums.Backward(ref p, n);
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

    /// <summary>What follows from the sums of the samples [begin, end).</summary>
    public static void Finish(long begin, long end, void* problem)
    {
        ref var p = ref *(NormProblem*)problem;
        for (var n = (int)begin; n < end; n++)
        {
            NormSums.Backward(ref p, n);
        }
    }

    /// <summary>The gradient in the chunks [begin, end) of all samples.</summary>
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

    // silu'(z) = s·(1 + z·(1 − s)), s = sigmoid(z).
    private static TLanes BeforeActivation(TLanes gradient, TLanes z, bool silu)
    {
        if (!silu)
        {
            return gradient;
        }

        var s = TLanes.Sigmoid(z);
        return gradient * TLanes.MultiplyAdd(z * s, TLanes.Of(1) - s, s);
    }

    private static void Sum(ref NormProblem p, int n, int chunk)
    {
        var (from, to) = p.Chunk(chunk);
        var (channels, silu) = (p.Channels, p.Silu);
        var statistics = p.Statistics + ((long)n * 3 * channels);
        var affine = p.Affine + ((long)n * 2 * channels);
        var sums = p.Partial + ((long)((n * p.Chunks) + chunk) * 2 * channels);
        for (var c = 0; c < channels; c += TLanes.Width)
        {
            TElement* x = Pixel(p.X, ref p, n, from) + c, dy = Pixel(p.GradY, ref p, n, from) + c;
            TLanes r = TLanes.Load(statistics + c), q = TLanes.Load(statistics + channels + c);
            TLanes slope = TLanes.Load(affine + c), offset = TLanes.Load(affine + channels + c);
            TLanes first = TLanes.Zero, second = first;
            for (var i = from; i < to; i++)
            {
                var normal = TLanes.MultiplyAdd(Load(x), r, q);
                var dz = BeforeActivation(Load(dy), TLanes.MultiplyAdd(normal, slope, offset), silu);
                first += dz;
                second = TLanes.MultiplyAdd(dz, normal, second);
                x += channels;
                dy += channels;
            }

            TLanes.Store(first, sums + c);
            TLanes.Store(second, sums + channels + c);
        }
    }

    private static void Apply(ref NormProblem p, int n, int chunk)
    {
        var (from, to) = p.Chunk(chunk);
        var (channels, silu) = (p.Channels, p.Silu);
        var statistics = p.Statistics + ((long)n * 3 * channels);
        var affine = p.Affine + ((long)n * 2 * channels);
        var linear = p.Linear + ((long)n * 2 * channels);
        for (var c = 0; c < channels; c += TLanes.Width)
        {
            TElement* x = Pixel(p.X, ref p, n, from) + c, dy = Pixel(p.GradY, ref p, n, from) + c, dx = Pixel(p.GradX, ref p, n, from) + c;
            TLanes r = TLanes.Load(statistics + c), q = TLanes.Load(statistics + channels + c);
            TLanes slope = TLanes.Load(affine + c), offset = TLanes.Load(affine + channels + c);
            TLanes first = TLanes.Load(linear + c), second = TLanes.Load(linear + channels + c), gain = slope * r;
            for (var i = from; i < to; i++)
            {
                var normal = TLanes.MultiplyAdd(Load(x), r, q);
                var dz = BeforeActivation(Load(dy), TLanes.MultiplyAdd(normal, slope, offset), silu);
                Store(TLanes.MultiplyAdd(dz, gain, TLanes.MultiplyAdd(normal, first, second)), dx);
                x += channels;
                dy += channels;
                dx += channels;
            }
        }
    }
}
