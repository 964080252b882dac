using Brownian.Data;

namespace Brownian.Training;

/// <summary>The images of a run and what is done to them.</summary>
public sealed record DataConfig
{
    /// <summary>A name such as <c>builtin:strokes</c> or <c>mnist</c>, or the path of a folder or file; see <see cref="DatasetCatalog"/>.</summary>
    public string Source { get; init; } = "builtin:strokes";

    /// <summary>A folder with local copies of named sets; null to use the cache and download.</summary>
    public string? Folder { get; init; }

    /// <summary>Which part of the set.</summary>
    public string Split { get; init; } = "train";

    /// <summary>Height and width in pixels; null for the set's own.</summary>
    public int? Size { get; init; }

    /// <summary>1 grey, 3 RGB or 4 RGBA; null for the set's own.</summary>
    public int? Channels { get; init; }

    /// <summary>Which part of a picture that is not square is kept.</summary>
    public CropMode Crop { get; init; } = CropMode.Centre;

    /// <summary>Mirror half of the images left to right; not for digits or letters.</summary>
    public bool Flip { get; init; }

    /// <summary>How many images a generated set has; null for its default.</summary>
    public int? Count { get; init; }

    /// <summary>The seed of a generated set.</summary>
    public ulong Seed { get; init; }

    /// <summary>Whether the network is told the class; only if the set has classes.</summary>
    public bool Classes { get; init; } = true;

    /// <summary>Opens the images.</summary>
    public IImageDataset Open() => DatasetCatalog.Open(Source, new DatasetOptions
    {
        DataDirectory = Folder,
        Split = Split,
        Size = Size,
        Channels = Channels,
        Crop = Crop,
        Count = Count,
        Seed = Seed,
    });

    internal void Validate()
    {
        Range.AtLeastOne(Size ?? 1, "data.size");
        Range.AtLeastOne(Count ?? 1, "data.count");
        if (string.IsNullOrWhiteSpace(Source))
        {
            throw new ArgumentException("data.source: expected the name of a data set or a path; got nothing.");
        }
    }
}
