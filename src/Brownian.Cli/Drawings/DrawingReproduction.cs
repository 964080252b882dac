using Brownian.Cli.Samples;
using Brownian.Data;

namespace Brownian.Cli.Drawings;

/// <summary>Makes a picture of a pipeline again.</summary>
internal static class DrawingReproduction
{
    /// <summary>The picture of a record; <paramref name="there"/> is what it should become.</summary>
    /// <param name="draw">Draws the pictures of a record.</param>
    /// <param name="record">Its record.</param>
    /// <param name="path">Where the picture lies: what it was made of may lie beside it.</param>
    /// <param name="there">The picture.</param>
    public static Picture Make(
        Func<SampleRecord, IEnumerable<(Picture Picture, SampleRecord Record)>> draw, SampleRecord record, string path, Picture there)
    {
        var wish = record.Drawing!;
        record = record with { Drawing = wish with { Image = wish.Image?.Found(path), Mask = wish.Mask?.Found(path) } };
        if (record.GridColumns is { } columns)
        {
            return ImageGrid.Tile(Pictures(record), columns);
        }

        // Alone is quickest, and mostly gives the same bytes; the same batch runs the same kernels and always does.
        var alone = Pictures(record with { Count = 1, BatchSize = 1 })[0];
        return record.BatchSize == 1 || Reproduction.Difference(there, alone).Different == 0
            ? alone
            : Pictures(record with { Seed = record.Seed - (ulong)record.BatchIndex, Count = record.BatchSize })[record.BatchIndex];

        IReadOnlyList<Picture> Pictures(SampleRecord wanted) => [.. draw(wanted).Select(made => made.Picture)];
    }
}
