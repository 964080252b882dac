using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Runtime.Kernels;

/// <summary>
/// An affine map of rows in float32, y = x·Wᵀ + b, in which a row's result has the same bits whatever rows stand beside it. Matrix libraries
/// choose their order of summation by the number of rows, and then a sample depends on the size of its batch; of all operators of a network
/// on the CPU these small ones are the only ones that do.
/// </summary>
internal static unsafe class RowProducts
{
    /// <summary>Whether the kernel takes these data, [N, C] and [C', C].</summary>
    public static bool Takes(Tensor x, Tensor weight) =>
        x.dim() == 2 && x.device_type == DeviceType.CPU && x.dtype == ScalarType.Float32 && weight.dtype == ScalarType.Float32 && weight.is_contiguous();

    /// <summary>y, [N, C']; no gradients.</summary>
    public static Tensor Apply(Tensor x, Tensor weight, Tensor bias)
    {
        using var scope = NewDisposeScope();
        var y = empty(x.size(0), weight.size(0));
        var problem = new Problem
        {
            X = (float*)Aten.Ptr(x.contiguous()),
            Weight = (float*)Aten.Ptr(weight),
            Bias = (float*)Aten.Ptr(bias),
            Y = (float*)Aten.Ptr(y),
            Rows = x.size(0),
            From = x.size(1),
            To = weight.size(0),
        };
        ParallelFor.Run(
            problem.To,
            Vector512.IsHardwareAccelerated ? &Columns<Lanes16> : Vector256.IsHardwareAccelerated ? &Columns<Lanes8> : &Columns<Lanes1>,
            &problem);
        return y.MoveToOuterDisposeScope();
    }

    private static void Columns<TLanes>(long begin, long end, void* state)
        where TLanes : struct, ILanes<TLanes>
    {
        ref var p = ref *(Problem*)state;
        for (var j = begin; j < end; j++)
        {
            var weight = p.Weight + (j * p.From);
            var row = 0L;
            for (; row + 4 <= p.Rows; row += 4)
            {
                Four<TLanes>(ref p, weight, row, j);
            }

            for (; row < p.Rows; row++)
            {
                One<TLanes>(ref p, weight, row, j);
            }
        }
    }

    // Four rows share the loads of the weights; each is summed exactly as it would be alone.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Four<TLanes>(ref Problem p, float* weight, long row, long j)
        where TLanes : struct, ILanes<TLanes>
    {
        var x0 = p.X + (row * p.From);
        float* x1 = x0 + p.From, x2 = x1 + p.From, x3 = x2 + p.From;
        TLanes s0 = TLanes.Zero, s1 = TLanes.Zero, s2 = TLanes.Zero, s3 = TLanes.Zero;
        var k = 0L;
        for (; k + TLanes.Width <= p.From; k += TLanes.Width)
        {
            var w = TLanes.Load(weight + k);
            s0 = TLanes.MultiplyAdd(TLanes.Load(x0 + k), w, s0);
            s1 = TLanes.MultiplyAdd(TLanes.Load(x1 + k), w, s1);
            s2 = TLanes.MultiplyAdd(TLanes.Load(x2 + k), w, s2);
            s3 = TLanes.MultiplyAdd(TLanes.Load(x3 + k), w, s3);
        }

        Finish(ref p, x0, weight, k, TLanes.Sum(s0), row, j);
        Finish(ref p, x1, weight, k, TLanes.Sum(s1), row + 1, j);
        Finish(ref p, x2, weight, k, TLanes.Sum(s2), row + 2, j);
        Finish(ref p, x3, weight, k, TLanes.Sum(s3), row + 3, j);
    }

    private static void One<TLanes>(ref Problem p, float* weight, long row, long j)
        where TLanes : struct, ILanes<TLanes>
    {
        var x = p.X + (row * p.From);
        var sum = TLanes.Zero;
        var k = 0L;
        for (; k + TLanes.Width <= p.From; k += TLanes.Width)
        {
            sum = TLanes.MultiplyAdd(TLanes.Load(x + k), TLanes.Load(weight + k), sum);
        }

        Finish(ref p, x, weight, k, TLanes.Sum(sum), row, j);
    }

    private static void Finish(ref Problem p, float* x, float* weight, long k, float sum, long row, long j)
    {
        for (; k < p.From; k++)
        {
            sum = MathF.FusedMultiplyAdd(x[k], weight[k], sum);
        }

        p.Y[(row * p.To) + j] = sum + p.Bias[j];
    }

    private struct Problem
    {
        public float* X;
        public float* Weight;
        public float* Bias;
        public float* Y;
        public long Rows;
        public long From;
        public long To;
    }
}
