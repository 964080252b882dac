using Brownian.Data.Download;

namespace Brownian.Data;

/// <summary>How a data set is opened: which part of it, and what its images become.</summary>
public sealed record DatasetOptions
{
    /// <summary>The defaults: the training split, the images' own size and channels.</summary>
    public static DatasetOptions Default { get; } = new();

    /// <summary><c>train</c>, <c>test</c> or (where the set has one) <c>heldout</c>.</summary>
    public string Split { get; init; } = "train";

    /// <summary>The side in pixels of the square images wanted; null for the set's own size.</summary>
    public int? Size { get; init; }

    /// <summary>1 grey, 3 RGB or 4 RGBA; null for the set's own.</summary>
    public int? Channels { get; init; }

    /// <summary>Which part of a picture that is not square is kept.</summary>
    public CropMode Crop { get; init; } = CropMode.Centre;

    /// <summary>How pictures are made smaller or larger (always antialiased).</summary>
    public ResizeFilter Filter { get; init; } = ResizeFilter.Bicubic;

    /// <summary>The colour under transparent pixels when alpha is not kept.</summary>
    public Rgb Background { get; init; } = Rgb.White;

    /// <summary>A folder with local copies; nothing is downloaded when it is given.</summary>
    public string? DataDirectory { get; init; }

    /// <summary>How many images a generated set has; null for its default.</summary>
    public int? Count { get; init; }

    /// <summary>The seed of a generated set.</summary>
    public ulong Seed { get; init; }

    /// <summary>Keep all images in memory when they need at most this many bytes; decode them as they are needed otherwise.</summary>
    public long MemoryBudget { get; init; } = 2L << 30;

    /// <summary>Told about the bytes of a download.</summary>
    public IProgress<DownloadProgress>? DownloadProgress { get; init; }

    /// <summary>Stops a download.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>Threads that decode or draw while the set is opened.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;
}
