using Brownian.Checkpoints;
using Brownian.Data;

namespace Brownian.Cli.Samples;

/// <summary>Makes a picture again.</summary>
internal static class Reproduction
{
    /// <summary>The picture of this record; <paramref name="there"/> is what it should become.</summary>
    public static Picture Make(ModelBundle bundle, SampleRecord record, Picture there, CancellationToken cancellation)
    {
        var settings = SampleSettings.Of(record);
        if (record.GridColumns is { } columns)
        {
            return ImageGrid.Tile(Pictures(settings), columns);
        }

        // Alone is quickest, and mostly gives the same bytes; the same batch runs the same kernels and always does.
        var alone = Pictures(settings with { Count = 1, BatchSize = 1 })[0];
        if (record.BatchSize == 1 || Difference(there, alone).Different == 0)
        {
            return alone;
        }

        return Pictures(settings with
        {
            Seed = record.Seed - (ulong)record.BatchIndex,
            Count = record.BatchSize,
            Labels = record.Labels is [var label] ? [.. Enumerable.Repeat(label, record.BatchSize)] : null,
        })[record.BatchIndex];

        IReadOnlyList<Picture> Pictures(SampleSettings wanted)
        {
            using var samples = SamplePictures.Make(bundle, wanted, record.Model, record.Raw, null, cancellation);
            return samples.Pictures;
        }
    }

    /// <summary>Bytes of a picture, how many differ, and by how much.</summary>
    public static (int Bytes, int Different, int Largest) Difference(Picture a, Picture b)
    {
        if (a.Pixels.Length != b.Pixels.Length)
        {
            return (a.Pixels.Length, Math.Max(a.Pixels.Length, b.Pixels.Length), 255);
        }

        var differences = a.Pixels.Zip(b.Pixels, (x, y) => Math.Abs(x - y)).Where(d => d > 0).ToArray();
        return (a.Pixels.Length, differences.Length, differences.DefaultIfEmpty().Max());
    }
}
