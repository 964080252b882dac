using System.Runtime.Intrinsics;
using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Runtime.Kernels;

/// <summary>
/// Group norm with a shift before, scale and shift after, and SiLU, in one pass over channels-last data (two reads, one write, the second
/// read from the cache), forward and backward. float32 arithmetic on float32 or bfloat16 data.
/// </summary>
internal static unsafe class FusedNorm
{
    /// <summary>Widths of arithmetic, for tests; null is the machine's best.</summary>
    [ThreadStatic]
    private static int? forcedWidth;

    /// <summary>Whether this machine has vectors that make the kernel worth it.</summary>
    public static bool IsAccelerated => Vector256.IsHardwareAccelerated;

    /// <summary>Makes this thread compute with 16, 8 or 1 numbers at once where that divides the channels; null for the best.</summary>
    public static int? ForcedWidth
    {
        get => forcedWidth;
        set => forcedWidth = value;
    }

    /// <summary>Whether the kernel takes these data; otherwise libtorch's operators must be used.</summary>
    public static bool Takes(Tensor x, Tensor weight) =>
        IsAccelerated && x.device_type == DeviceType.CPU && x.dtype is ScalarType.Float32 or ScalarType.BFloat16
        && weight.dtype == ScalarType.Float32 && x.numel() > 0 && x.size(1) % 8 == 0 && MemoryLayout.IsChannelsLast(x);

    /// <summary>y, [N, C, H, W], and what the backward pass needs, [N, 3, C].</summary>
    public static (Tensor Y, Tensor Statistics) Forward(Tensor x, in NormInputs inputs)
    {
        var y = empty_like(x);
        var statistics = empty(x.size(0), 3, x.size(1));
        using var scope = NewDisposeScope();
        var problem = Problem(x, inputs);
        problem.Y = Pointer(y);
        problem.Statistics = (float*)Pointer(statistics);
        Run(ref problem, x, forward: true);
        return (y, statistics);
    }

    /// <summary>Gradients of a forward pass with the same <paramref name="inputs"/>. Those of absent inputs are null.</summary>
    public static NormGradients Backward(Tensor x, Tensor gradY, Tensor statistics, in NormInputs inputs)
    {
        var gradX = empty_like(x);
        var sums = empty(x.size(0), 2, x.size(1));
        var gradBefore = inputs.Before is null ? null : empty_like(inputs.Before);
        using var scope = NewDisposeScope();
        var linear = empty_like(sums);
        var problem = Problem(x, inputs);
        problem.GradY = Pointer(gradY);
        problem.GradX = Pointer(gradX);
        problem.Statistics = (float*)Pointer(statistics);
        problem.Sums = (float*)Pointer(sums);
        problem.Linear = (float*)Pointer(linear);
        problem.GradBefore = gradBefore is null ? null : (float*)Pointer(gradBefore);
        NormSums.AffineOfBackward(ref problem);
        Run(ref problem, x, forward: false);
        return new(gradX, sums, gradBefore);
    }

    private static NormProblem Problem(Tensor x, in NormInputs inputs)
    {
        var (n, c) = ((int)x.size(0), (int)x.size(1));
        var problem = new NormProblem
        {
            X = Pointer(x),
            Samples = n,
            Pixels = (int)(x.size(2) * x.size(3)),
            Channels = c,
            Groups = inputs.Groups,
            Epsilon = inputs.Epsilon,
            Silu = inputs.Silu,
            Weight = (float*)Pointer(inputs.Weight),
            Bias = (float*)Pointer(inputs.Bias),
            Before = inputs.Before is null ? null : (float*)Pointer(inputs.Before),
            Scale = inputs.Scale is null ? null : (float*)Pointer(inputs.Scale),
            Shift = inputs.Shift is null ? null : (float*)Pointer(inputs.Shift),
        };
        problem.Affine = (float*)Pointer(empty(n, 2, c));
        problem.Partial = (float*)Pointer(empty(n, problem.Chunks, 2, c));
        return problem;
    }

    private static void* Pointer(Tensor t) => (void*)Aten.Ptr(t);

    private static void Run(ref NormProblem problem, Tensor x, bool forward)
    {
        var single = x.dtype == ScalarType.Float32;
        var width = forcedWidth ?? (Vector512.IsHardwareAccelerated && problem.Channels % 16 == 0 ? 16 : 8);
        switch (width)
        {
            case 16 when single: Run<Lanes16, float>(ref problem, forward); break;
            case 16: Run<Lanes16, ushort>(ref problem, forward); break;
            case 8 when single: Run<Lanes8, float>(ref problem, forward); break;
            case 8: Run<Lanes8, ushort>(ref problem, forward); break;
            default:
                if (single)
                {
                    Run<Lanes1, float>(ref problem, forward);
                }
                else
                {
                    Run<Lanes1, ushort>(ref problem, forward);
                }

                break;
        }
    }

    // Enough samples: one pass each, cache-hot. Few samples: chunks in parallel. Both give the same bits.
    private static void Run<TLanes, TElement>(ref NormProblem problem, bool forward)
        where TLanes : struct, ILanes<TLanes>
        where TElement : unmanaged
    {
        var threads = get_num_threads();
        var chunks = (long)problem.Samples * problem.Chunks;
        fixed (NormProblem* p = &problem)
        {
            if (problem.Samples % threads == 0 || problem.Samples >= 4 * threads)
            {
                ParallelFor.Run(problem.Samples, forward ? &NormForward<TLanes, TElement>.Samples : &NormBackward<TLanes, TElement>.Samples, p);
                return;
            }

            ParallelFor.Run(chunks, forward ? &NormForward<TLanes, TElement>.SumChunks : &NormBackward<TLanes, TElement>.SumChunks, p);
            ParallelFor.Run(problem.Samples, forward ? &NormForward<TLanes, TElement>.Finish : &NormBackward<TLanes, TElement>.Finish, p);
            ParallelFor.Run(chunks, forward ? &NormForward<TLanes, TElement>.ApplyChunks : &NormBackward<TLanes, TElement>.ApplyChunks, p);
        }
    }
}
