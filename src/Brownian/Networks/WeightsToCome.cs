namespace Brownian.Networks;

/// <summary>While it lives, networks made on this thread draw no initial weights, because those of a file will replace them.</summary>
internal sealed class WeightsToCome : IDisposable
{
    [ThreadStatic]
    private static int depth;

    public WeightsToCome() => depth++;

    /// <summary>Whether weights of a file will come.</summary>
    public static bool Expected => depth > 0;

    public void Dispose() => depth--;
}
