using Brownian.Data;

namespace Brownian.Cli.Previews;

/// <summary>What can be said about a data set in numbers.</summary>
internal sealed record DatasetNumbers(
    string Name,
    int Count,
    int Channels,
    int Height,
    int Width,
    double Mean,
    double Deviation,
    IReadOnlyDictionary<string, int>? Classes,
    IReadOnlyList<string>? Captions,
    IReadOnlyList<SkippedImage> Skipped)
{
    private const int Sampled = 2000;
    private const int ShownCaptions = 5;

    public static DatasetNumbers Of(IImageDataset set)
    {
        var (mean, deviation) = PixelMoments(set);
        var captions = Enumerable.Range(0, Math.Min(set.Count, ShownCaptions)).Select(set.Caption).OfType<string>().ToArray();
        return new(set.Name, set.Count, set.Channels, set.Height, set.Width, mean, deviation, ClassCounts(set), captions.Length > 0 ? captions : null, set.Skipped);
    }

    private static (double Mean, double Deviation) PixelMoments(IImageDataset set)
    {
        var bytes = new byte[set.Channels * set.Height * set.Width];
        var (sum, squares, count) = (0.0, 0.0, 0L);
        var every = Math.Max(1, set.Count / Sampled);
        for (var i = 0; i < set.Count; i += every)
        {
            set.Read(i, bytes);
            foreach (var value in bytes)
            {
                var x = (value / 127.5) - 1;
                (sum, squares) = (sum + x, squares + (x * x));
            }

            count += bytes.Length;
        }

        var mean = sum / count;
        return (mean, Math.Sqrt(Math.Max(0, (squares / count) - (mean * mean))));
    }

    private static Dictionary<string, int>? ClassCounts(IImageDataset set)
    {
        if (set.ClassNames is not { } names)
        {
            return null;
        }

        var counts = new int[names.Count];
        for (var i = 0; i < set.Count; i++)
        {
            if (set.Label(i) is { } label)
            {
                counts[label]++;
            }
        }

        return names.Zip(counts).ToDictionary(pair => pair.First, pair => pair.Second, StringComparer.Ordinal);
    }
}
