using System.Runtime.Intrinsics;
using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Runtime.Kernels;

/// <summary>
/// Dropout whose mask is a function of a key and of the element's place in memory: nothing is stored for the backward pass, all threads
/// draw at once, and the same key drops the same elements.
/// </summary>
internal static unsafe class DropoutKernel
{
    private const int Block = 1 << 14;

    /// <summary>Whether the kernel takes this tensor.</summary>
    public static bool Takes(Tensor x) =>
        Vector256.IsHardwareAccelerated && x.device_type == DeviceType.CPU && x.dtype is ScalarType.Float32 or ScalarType.BFloat16
        && (MemoryLayout.IsChannelsLast(x) || x.is_contiguous());

    /// <summary>x with each element zeroed with this probability and the rest divided by its complement.</summary>
    public static Tensor Apply(Tensor x, double probability, ulong key)
    {
        var y = empty_like(x);
        var problem = new Problem
        {
            X = (void*)Aten.Ptr(x),
            Y = (void*)Aten.Ptr(y),
            Count = x.numel(),
            Low = (uint)key,
            High = (uint)(key >> 32),
            Threshold = (uint)Math.Min(probability * 4294967296.0, uint.MaxValue),
            Gain = (float)(1 / (1 - probability)),
        };
        var blocks = (problem.Count + Block - 1) / Block;
        ParallelFor.Run(blocks, x.dtype == ScalarType.Float32 ? &Blocks<float> : &Blocks<ushort>, &problem);
        return y;
    }

    private static void Blocks<TElement>(long begin, long end, void* state)
        where TElement : unmanaged
    {
        ref var p = ref *(Problem*)state;
        var last = Math.Min(end * Block, p.Count);
        var gain = Vector256.Create(p.Gain);
        var threshold = Vector256.Create(p.Threshold);
        var i = begin * Block;
        for (; i + 8 <= last; i += 8)
        {
            var place = Vector256.Create((uint)i) + Vector256.Create(0u, 1, 2, 3, 4, 5, 6, 7);
            var factor = Vector256.GreaterThanOrEqual(Mix(Mix(place ^ Vector256.Create(p.Low)) ^ Vector256.Create(p.High)), threshold).AsSingle() & gain;
            if (typeof(TElement) == typeof(float))
            {
                Lanes8.Store(Lanes8.Load((float*)p.X + i) * new Lanes8(factor), (float*)p.Y + i);
            }
            else
            {
                Lanes8.Store(Lanes8.Load((ushort*)p.X + i) * new Lanes8(factor), (ushort*)p.Y + i);
            }
        }

        for (; i < last; i++)
        {
            var bits = Mix(Mix(Vector256.Create((uint)i ^ p.Low)) ^ Vector256.Create(p.High))[0];
            var factor = new Lanes1(bits >= p.Threshold ? p.Gain : 0);
            if (typeof(TElement) == typeof(float))
            {
                Lanes1.Store(Lanes1.Load((float*)p.X + i) * factor, (float*)p.Y + i);
            }
            else
            {
                Lanes1.Store(Lanes1.Load((ushort*)p.X + i) * factor, (ushort*)p.Y + i);
            }
        }
    }

    // A bijection of 32 bits in which every input bit flips every output bit with probability near 1/2 (Wellons 2018, "lowbias32").
    private static Vector256<uint> Mix(Vector256<uint> x)
    {
        x ^= x >> 16;
        x *= Vector256.Create(0x7FEB352Du);
        x ^= x >> 15;
        x *= Vector256.Create(0x846CA68Bu);
        return x ^ (x >> 16);
    }

    private struct Problem
    {
        public void* X;
        public void* Y;
        public long Count;
        public uint Low;
        public uint High;
        public uint Threshold;
        public float Gain;
    }
}
