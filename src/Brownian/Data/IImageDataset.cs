namespace Brownian.Data;

/// <summary>
/// Images of one shape with optional class labels and captions. Reading is safe from several threads, and image <c>i</c> is the same
/// bytes every time.
/// </summary>
public interface IImageDataset
{
    /// <summary>The name for messages and records, such as <c>builtin:strokes</c>.</summary>
    string Name { get; }

    /// <summary>The number of images.</summary>
    int Count { get; }

    /// <summary>1 grey, 3 RGB, 4 RGBA.</summary>
    int Channels { get; }

    /// <summary>Rows of every image, in pixels.</summary>
    int Height { get; }

    /// <summary>Columns of every image, in pixels.</summary>
    int Width { get; }

    /// <summary>The classes' names in the order of the labels; null without classes.</summary>
    IReadOnlyList<string>? ClassNames { get; }

    /// <summary>The images that could not be read and are left out (or replaced by a neighbour, when images are decoded as they are needed).</summary>
    IReadOnlyList<SkippedImage> Skipped => [];

    /// <summary>Whether an image that was read had another size where it came from.</summary>
    bool WasResized(int index) => false;

    /// <summary>The class of an image, 0 … classes − 1; null without one.</summary>
    int? Label(int index);

    /// <summary>The caption of an image; null without one.</summary>
    string? Caption(int index);

    /// <summary>Writes image <paramref name="index"/> as <see cref="Channels"/> × <see cref="Height"/> × <see cref="Width"/> bytes, 0 … 255.</summary>
    void Read(int index, Span<byte> chw);

    /// <summary>
    /// The same with a random crop where the set has one (<see cref="CropMode.Random"/>): a pure function of the index and
    /// <paramref name="augmentation"/>.
    /// </summary>
    void Read(int index, ulong augmentation, Span<byte> chw) => Read(index, chw);
}
