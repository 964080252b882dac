using System.Runtime.InteropServices;

namespace Brownian.Runtime.Kernels;

/// <summary>Loops on libtorch's own threads: a second pool of threads beside it would fight for the cores.</summary>
internal static unsafe class ParallelFor
{
    /// <summary>Runs <paramref name="body"/>(begin, end, state) over parts of [0, <paramref name="count"/>). The body must not throw.</summary>
    public static void Run(long count, delegate*<long, long, void*, void> body, void* state)
    {
        var job = new Job { Body = body, State = state };
        Aten.ParallelFor(0, count, 1, &Part, &job);
    }

    [UnmanagedCallersOnly]
    private static void Part(long begin, long end, void* job) => ((Job*)job)->Body(begin, end, ((Job*)job)->State);

    private struct Job
    {
        public delegate*<long, long, void*, void> Body;
        public void* State;
    }
}
