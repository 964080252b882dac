namespace Brownian.Data;

/// <summary>A data set held in memory as bytes.</summary>
public sealed class MemoryDataset : IImageDataset
{
    private readonly ReadOnlyMemory<byte>[] images;
    private readonly int[]? labels;
    private readonly string?[]? captions;

    /// <summary>A set of images of one shape.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="shape">Channels, height and width.</param>
    /// <param name="images">Each image's C × H × W bytes.</param>
    /// <param name="labels">One class for each image, or null.</param>
    /// <param name="classNames">The classes' names, or null.</param>
    /// <param name="captions">One caption for each image, or null.</param>
    /// <exception cref="ArgumentException">Counts or sizes that do not fit together.</exception>
    public MemoryDataset(
        string name,
        (int Channels, int Height, int Width) shape,
        ReadOnlyMemory<byte>[] images,
        int[]? labels = null,
        IReadOnlyList<string>? classNames = null,
        string?[]? captions = null)
    {
        ArgumentNullException.ThrowIfNull(images);
        (Name, ClassNames, this.images, this.labels, this.captions) = (name, classNames, images, labels, captions);
        (Channels, Height, Width) = shape;
        Require(labels?.Length ?? images.Length, "labels");
        Require(captions?.Length ?? images.Length, "captions");
        var size = Channels * Height * Width;
        var odd = Array.FindIndex(images, image => image.Length != size);
        if (odd >= 0)
        {
            throw new ArgumentException($"{name}: expected {size} bytes an image ({Channels}×{Height}×{Width}); image {odd} has {images[odd].Length}.", nameof(images));
        }
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public int Count => images.Length;

    /// <inheritdoc/>
    public int Channels { get; }

    /// <inheritdoc/>
    public int Height { get; }

    /// <inheritdoc/>
    public int Width { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string>? ClassNames { get; }

    /// <inheritdoc/>
    public IReadOnlyList<SkippedImage> Skipped { get; init; } = [];

    /// <summary>Reads all of <paramref name="source"/> once and keeps it (the middle crops).</summary>
    /// <param name="source">Any set.</param>
    /// <param name="threads">Threads that read; the result does not depend on it.</param>
    public static MemoryDataset Load(IImageDataset source, int threads)
    {
        ArgumentNullException.ThrowIfNull(source);
        var size = source.Channels * source.Height * source.Width;
        var pixels = new ReadOnlyMemory<byte>[source.Count];
        Parallel.For(0, source.Count, new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, threads) }, i =>
        {
            var image = new byte[size];
            source.Read(i, image);
            pixels[i] = image;
        });

        var indices = Enumerable.Range(0, source.Count);
        var classes = indices.Select(source.Label).ToArray();
        var texts = indices.Select(source.Caption).ToArray();
        return new MemoryDataset(
            source.Name,
            (source.Channels, source.Height, source.Width),
            pixels,
            Array.Exists(classes, label => label is null) ? null : Array.ConvertAll(classes, label => label!.Value),
            source.ClassNames,
            Array.TrueForAll(texts, caption => caption is null) ? null : texts)
        { Skipped = source.Skipped };
    }

    /// <inheritdoc/>
    public int? Label(int index) => labels?[index];

    /// <inheritdoc/>
    public string? Caption(int index) => captions?[index];

    /// <inheritdoc/>
    public void Read(int index, Span<byte> chw) => images[index].Span.CopyTo(chw);

    private void Require(int count, string what)
    {
        if (count != images.Length)
        {
            throw new ArgumentException($"{Name}: {images.Length} images, but {count} {what}.");
        }
    }
}
