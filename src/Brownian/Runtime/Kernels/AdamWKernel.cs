using System.Runtime.Intrinsics;

namespace Brownian.Runtime.Kernels;

/// <summary>
/// AdamW (Loshchilov and Hutter 2019, algorithm 2) and the exponential average of the weights in one pass over memory: each number is read
/// once and written once. Memory is what an update waits for.
/// </summary>
internal static unsafe class AdamWKernel
{
    /// <summary>The largest piece of work, in elements: 64 KB a buffer.</summary>
    public const int Piece = 1 << 14;

    // Squares are summed in float32 this far, then in float64.
    private const int Block = 1 << 10;

    /// <summary>Updates all pieces.</summary>
    public static void Update(ReadOnlySpan<AdamWPiece> pieces, AdamWRates rates)
    {
        fixed (AdamWPiece* first = pieces)
        {
            var problem = new Problem { Pieces = first, Rates = rates };
            ParallelFor.Run(
                pieces.Length,
                Vector512.IsHardwareAccelerated ? &Update<Lanes16> : Vector256.IsHardwareAccelerated ? &Update<Lanes8> : &Update<Lanes1>,
                &problem);
        }
    }

    /// <summary>Σ g² of all gradients, the same for any number of threads.</summary>
    public static double SumOfSquares(ReadOnlySpan<AdamWPiece> pieces)
    {
        var sums = new double[pieces.Length];
        fixed (AdamWPiece* first = pieces)
        fixed (double* sum = sums)
        {
            var problem = new Problem { Pieces = first, Sums = sum };
            ParallelFor.Run(
                pieces.Length,
                Vector512.IsHardwareAccelerated ? &Squares<Lanes16> : Vector256.IsHardwareAccelerated ? &Squares<Lanes8> : &Squares<Lanes1>,
                &problem);
        }

        return sums.Sum();
    }

    private static void Update<TLanes>(long begin, long end, void* state)
        where TLanes : struct, ILanes<TLanes>
    {
        ref var problem = ref *(Problem*)state;
        for (var i = begin; i < end; i++)
        {
            ref var piece = ref problem.Pieces[i];
            var whole = piece.Count - (piece.Count % TLanes.Width);
            Update<TLanes>(ref piece, ref problem.Rates, 0, whole);
            Update<Lanes1>(ref piece, ref problem.Rates, whole, piece.Count);
        }
    }

    private static void Update<TLanes>(ref AdamWPiece piece, ref AdamWRates rates, int from, int to)
        where TLanes : struct, ILanes<TLanes>
    {
        var (keep, step, epsilon) = (TLanes.Of(rates.Keep), TLanes.Of(-rates.Step), TLanes.Of(rates.Epsilon));
        var (newFirst, beta2, newSecond) = (TLanes.Of(rates.NewFirst), TLanes.Of(rates.Beta2), TLanes.Of(rates.NewSecond));
        var (scale, rootCorrection, newAverage) = (TLanes.Of(rates.GradientScale), TLanes.Of(rates.RootCorrection), TLanes.Of(rates.NewAverage));
        for (var i = from; i < to; i += TLanes.Width)
        {
            var weight = TLanes.Load(piece.Weight + i);
            if (piece.Gradient != null)
            {
                var gradient = TLanes.Load(piece.Gradient + i) * scale;
                var first = TLanes.Load(piece.First + i);
                first = TLanes.MultiplyAdd(gradient - first, newFirst, first);
                var second = TLanes.MultiplyAdd(gradient * gradient, newSecond, TLanes.Load(piece.Second + i) * beta2);
                var root = TLanes.MultiplyAdd(TLanes.Sqrt(second), rootCorrection, epsilon);
                weight = TLanes.MultiplyAdd(step, first / root, weight * keep);
                TLanes.Store(first, piece.First + i);
                TLanes.Store(second, piece.Second + i);
                TLanes.Store(weight, piece.Weight + i);
            }

            if (piece.Average != null)
            {
                var average = TLanes.Load(piece.Average + i);
                TLanes.Store(TLanes.MultiplyAdd(weight - average, newAverage, average), piece.Average + i);
            }
        }
    }

    private static void Squares<TLanes>(long begin, long end, void* state)
        where TLanes : struct, ILanes<TLanes>
    {
        ref var problem = ref *(Problem*)state;
        for (var i = begin; i < end; i++)
        {
            ref var piece = ref problem.Pieces[i];
            problem.Sums[i] = piece.Gradient == null ? 0 : Squares<TLanes>(piece.Gradient, piece.Count);
        }
    }

    private static double Squares<TLanes>(float* x, int count)
        where TLanes : struct, ILanes<TLanes>
    {
        var (total, i) = (0.0, 0);
        while (i + TLanes.Width <= count)
        {
            var sum = TLanes.Zero;
            for (var end = Math.Min(i + Block, count); i + TLanes.Width <= end; i += TLanes.Width)
            {
                var value = TLanes.Load(x + i);
                sum = TLanes.MultiplyAdd(value, value, sum);
            }

            total += TLanes.Sum(sum);
        }

        for (; i < count; i++)
        {
            total += (double)x[i] * x[i];
        }

        return total;
    }

    private struct Problem
    {
        public AdamWPiece* Pieces;
        public AdamWRates Rates;
        public double* Sums;
    }
}
