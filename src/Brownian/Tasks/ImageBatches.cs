namespace Brownian.Tasks;

/// <summary>The walk over images in batches.</summary>
internal static class ImageBatches
{
    /// <summary>What each batch gives, when it is asked for.</summary>
    /// <param name="count">How many images.</param>
    /// <param name="size">Images in a batch; the last may have fewer.</param>
    /// <param name="run">Called with the number of a batch's first image and how many it has.</param>
    public static IEnumerable<T> Each<T>(long count, int size, Func<int, int, IEnumerable<T>> run)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        for (var first = 0; first < count; first += size)
        {
            foreach (var result in run(first, (int)Math.Min(size, count - first)))
            {
                yield return result;
            }
        }
    }
}
