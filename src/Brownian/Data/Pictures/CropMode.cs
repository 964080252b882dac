namespace Brownian.Data;

/// <summary>Which part of an image is kept when it is not square.</summary>
public enum CropMode
{
    /// <summary>The shorter side is resized to the asked size, and the middle is kept.</summary>
    Centre,

    /// <summary>
    /// The shorter side is resized to 9/8 of the asked size (never above the file's own size unless the asked size is), and each reading
    /// keeps a random window. <see cref="IImageDataset.Read(int, Span{byte})"/> still gives the middle one.
    /// </summary>
    Random,
}
