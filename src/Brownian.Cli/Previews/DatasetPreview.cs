using Brownian.Data;

namespace Brownian.Cli.Previews;

/// <summary>A grid of images of a data set: a row for each class where there are few, else any.</summary>
internal static class DatasetPreview
{
    private const int Columns = 10;
    private const int MostRows = 12;
    private const int Tries = 4000;

    public static Picture Grid(IImageDataset set, ulong seed)
    {
        using var random = new RandomStream(seed, 0x6461_7461);
        var classes = set.ClassNames?.Count ?? 0;
        var indices = classes is > 0 and <= MostRows ? ByClass(set, classes, random) : Any(set, random);
        var pictures = indices.Select(index => Read(set, index)).ToArray();
        return ImageGrid.Tile(pictures, Columns, zoom: Math.Clamp(64 / set.Width, 1, 3));
    }

    /// <summary>One image of the set.</summary>
    public static Picture Read(IImageDataset set, int index)
    {
        var picture = new Picture(set.Channels, set.Height, set.Width);
        set.Read(index, picture.Pixels);
        return picture;
    }

    private static int[] Any(IImageDataset set, RandomStream random) =>
        [.. Enumerable.Range(0, Math.Min(set.Count, Columns * 6)).Select(_ => random.NextInt(set.Count))];

    private static int[] ByClass(IImageDataset set, int classes, RandomStream random)
    {
        var rows = Enumerable.Range(0, classes).Select(_ => new List<int>()).ToArray();
        for (var i = 0; i < Tries && rows.Any(row => row.Count < Columns); i++)
        {
            var index = random.NextInt(set.Count);
            if (set.Label(index) is { } label && rows[label].Count < Columns)
            {
                rows[label].Add(index);
            }
        }

        // A rare class may have too few: then the rows would not line up, and any images will do.
        return rows.All(row => row.Count == Columns) ? [.. rows.SelectMany(row => row)] : Any(set, random);
    }
}
