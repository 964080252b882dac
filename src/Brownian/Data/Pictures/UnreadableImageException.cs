namespace Brownian.Data;

/// <summary>
/// One image cannot be read; the others can. <see cref="Loader"/> goes on with the next image in its place. A set throws
/// <see cref="InvalidDataException"/> instead when too many of its images are like that.
/// </summary>
public sealed class UnreadableImageException : IOException
{
    /// <summary>Names the image and the reason.</summary>
    public UnreadableImageException(SkippedImage image, Exception? inner = null)
        : base($"{image.Name}: {image.Reason}", inner) => Image = image;

    /// <summary>The image, and why it cannot be read.</summary>
    public SkippedImage Image { get; }
}
