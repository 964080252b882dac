using TorchSharp;

namespace Brownian.Testing;

/// <summary>
/// Derive a test class from it (or hold one for the time of a test): after every test the number of live tensors of this thread must be
/// what it was before. The test itself opens a dispose scope, like every entry of the library.
/// </summary>
public abstract class LeakCheck : IDisposable
{
    private readonly long before;
    private readonly int thread = Environment.CurrentManagedThreadId;

    /// <summary>Counts the live tensors.</summary>
    protected LeakCheck()
    {
        // The first use of libtorch makes a few tensors that live for ever.
        using (torch.zeros(1))
        {
        }

        before = Live;
    }

    /// <summary>Tensors of this thread that were made and not disposed.</summary>
    public static long Live => DisposeScopeManager.Statistics.ThreadTotalLiveCount;

    /// <summary>Compares.</summary>
    public void Dispose()
    {
        GC.SuppressFinalize(this);
        if (thread != Environment.CurrentManagedThreadId)
        {
            throw new InvalidOperationException("leak check: the test ended on another thread than it began; do not await while tensors live.");
        }

        if (Live != before)
        {
            throw new InvalidOperationException(
                $"leak check: {Live - before} tensors more than before the test are alive. Open `using var scope = NewDisposeScope()` in the test, "
                + "and find the tensor that leaves a scope without MoveToOuterDisposeScope.");
        }
    }
}
