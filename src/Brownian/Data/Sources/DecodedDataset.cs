using System.Collections.Concurrent;

namespace Brownian.Data.Sources;

/// <summary>
/// A data set made from pictures: decoded once into memory when they fit the budget, decoded when they are read otherwise. Pictures that
/// cannot be read are named and left out; more than 1 % of them is an error.
/// </summary>
internal sealed class DecodedDataset : IImageDataset, IDisposable
{
    private readonly PictureSource source;
    private readonly PictureShape shape;
    private readonly Picture[]? cache;
    private readonly int[]? kept;
    private readonly ConcurrentDictionary<int, SkippedImage> skipped = new();
    private readonly bool[] resized;
    private int otherSizes;

    public DecodedDataset(PictureSource source, DatasetOptions options)
    {
        this.source = source;
        if (source.Count == 0)
        {
            throw new InvalidDataException($"{source.Name} has no images ({string.Join(", ", ImageCodec.Extensions)}).");
        }

        shape = FindShape(options);
        resized = new bool[source.Count];
        var largest = options.Crop == CropMode.Random ? 3L : 1;
        if (largest * source.Count * Channels * Height * Width <= options.MemoryBudget)
        {
            (cache, kept) = DecodeAll(options.Threads);
            source.Dispose();
        }
    }

    public string Name => source.Name;

    public int Count => kept?.Length ?? source.Count;

    public int Channels => shape.Channels;

    public int Height => shape.Height;

    public int Width => shape.Width;

    public IReadOnlyList<string>? ClassNames => source.ClassNames;

    public IReadOnlyList<SkippedImage> Skipped => [.. skipped.OrderBy(pair => pair.Key).Select(pair => pair.Value)];

    public int? Label(int index) => source.Label(SourceIndex(index));

    public string? Caption(int index) => source.Caption(SourceIndex(index));

    public bool WasResized(int index) => resized[SourceIndex(index)];

    public void Read(int index, Span<byte> chw) => shape.Cut(Fitted(index), null, chw);

    public void Read(int index, ulong augmentation, Span<byte> chw) =>
        shape.Cut(Fitted(index), shape.Options.Crop == CropMode.Random ? augmentation : null, chw);

    public void Dispose() => source.Dispose();

    private int SourceIndex(int index) => kept?[index] ?? index;

    private Picture Fitted(int index)
    {
        if (cache is not null)
        {
            return cache[index];
        }

        if (skipped.TryGetValue(index, out var known))
        {
            throw new UnreadableImageException(known);
        }

        if (Try(index) is { } picture)
        {
            return picture;
        }

        RefuseTooMany();
        throw new UnreadableImageException(skipped[index]);
    }

    private Picture? Try(int index)
    {
        try
        {
            var loaded = source.Load(index);
            resized[index] = (loaded.Height, loaded.Width) != (Height, Width);
            return shape.Fit(loaded);
        }
        catch (Exception error) when (IsUnreadable(error))
        {
            Interlocked.Add(ref otherSizes, error is OtherSizeException ? 1 : 0);
            skipped[index] = new SkippedImage(source.NameOf(index), error.Message);
            return null;
        }
    }

    private (Picture[] Cache, int[] Kept) DecodeAll(int threads)
    {
        var pictures = new Picture?[source.Count];
        Parallel.For(0, pictures.Length, new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, threads) }, (i, state) =>
        {
            pictures[i] = Try(i);
            if (TooMany && skipped.Count >= 200)
            {
                state.Stop();
            }
        });

        RefuseTooMany();
        var good = Enumerable.Range(0, pictures.Length).Where(i => pictures[i] is not null).ToArray();
        return (Array.ConvertAll(good, i => pictures[i]!), good);
    }

    /// <summary>The first readable picture decides what is not asked for.</summary>
    private PictureShape FindShape(DatasetOptions options)
    {
        for (var i = 0; i < source.Count; i++)
        {
            try
            {
                return PictureShape.Of(source.Load(i), options);
            }
            catch (Exception error) when (IsUnreadable(error))
            {
                skipped[i] = new SkippedImage(source.NameOf(i), error.Message);
                RefuseTooMany();
            }
        }

        throw new InvalidDataException($"{source.Name}: none of the {source.Count} images can be read.");
    }

    private static bool IsUnreadable(Exception error) =>
        error is InvalidDataException or OtherSizeException or EndOfStreamException or FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException;

    private bool TooMany => skipped.Count > 0.01 * source.Count;

    private void RefuseTooMany()
    {
        if (TooMany)
        {
            var first = Skipped.Take(5).Select(image => $"{image.Name} ({image.Reason})");
            var (what, advice) = otherSizes == 0
                ? ("cannot be read", "Repair or remove them.")
                : (otherSizes == skipped.Count ? "came in another size than the first" : "came in another size than the first, or cannot be read",
                    "Give the size that all should get: --size N, or --set data.size=N for a training.");
            throw new InvalidDataException($"{source.Name}: {skipped.Count} of {source.Count} images {what}, more than 1 %. The first: {string.Join("; ", first)}. {advice}");
        }
    }
}
