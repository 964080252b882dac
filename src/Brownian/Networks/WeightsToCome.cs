using static TorchSharp.torch;

namespace Brownian.Networks;

/// <summary>
/// While it lives, networks made on this thread draw no initial weights, because those of a file will replace them; the memory for large ones
/// is not even touched.
/// </summary>
internal sealed class WeightsToCome : IDisposable
{
    // Smaller weights are kept in float32 always: they cost little, and the types of a network's inputs and outputs are theirs.
    private const long Large = 1 << 16;

    [ThreadStatic]
    private static int depth;

    [ThreadStatic]
    private static ScalarType? stored;

    private readonly ScalarType? before = stored;

    /// <summary>Begins.</summary>
    /// <param name="type">The type in which large matrices and kernels are kept: Float16 or BFloat16 as in the file; float32 when null.</param>
    public WeightsToCome(ScalarType? type = null)
    {
        depth++;
        stored = type;
    }

    /// <summary>Whether weights of a file will come.</summary>
    public static bool Expected => depth > 0;

    /// <summary>Memory for a weight: zeros, or whatever is there when a file's numbers will come.</summary>
    /// <param name="mayBeHalf">Whether the layer converts the weight to the type that it computes in.</param>
    /// <param name="shape">Its shape.</param>
    public static Tensor Room(bool mayBeHalf, params long[] shape) =>
        !Expected ? zeros(shape)
        : mayBeHalf && stored is { } half && shape.Aggregate(1L, (product, size) => product * size) >= Large ? empty(shape, dtype: half)
        : empty(shape);

    public void Dispose()
    {
        depth--;
        stored = before;
    }
}
