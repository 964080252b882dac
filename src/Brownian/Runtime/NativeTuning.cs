using System.Runtime.InteropServices;

namespace Brownian.Runtime;

/// <summary>Process-wide native settings: those that must be made before libtorch is loaded, and the heap's upkeep.</summary>
public static partial class NativeTuning
{
    /// <summary>
    /// Gives freed native memory back to the system. libtorch allocates aligned blocks, which glibc before 2.38 often does not reuse (glibc
    /// bugs 14581 and 30723): without this, a loop over large tensors grows. Costs about 13 ms: call it after a generation, or every
    /// 10–50 steps.
    /// </summary>
    public static void TrimHeap()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        try
        {
            _ = malloc_trim(0);
        }
        catch (EntryPointNotFoundException)
        {
            // musl has no malloc_trim and not this problem.
        }
    }

    internal static void Apply()
    {
        // libgomp spins for milliseconds at every barrier: one other busy thread then makes a forward pass 3–9 times slower.
        // .NET's SetEnvironmentVariable does not reach getenv().
        if (Environment.GetEnvironmentVariable("OMP_WAIT_POLICY") is null)
        {
            _ = setenv("GOMP_SPINCOUNT", "20000", 0);
        }

        // libtorch asks for huge pages for tensors of 2 MB and more: a pass over fresh memory then faults once where it faulted 512 times.
        _ = setenv("THP_MEM_ALLOC_ENABLE", "1", 0);
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int setenv(string name, string value, int overwrite);

    [LibraryImport("libc")]
    private static partial int malloc_trim(nuint pad);
}
