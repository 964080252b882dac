using static TorchSharp.torch;

namespace Brownian.Data;

/// <summary>Tiles a batch of images to one picture, row by row.</summary>
public static class ImageGrid
{
    /// <summary>One picture of all images.</summary>
    /// <param name="images">[N, C, H, W] in [−1, 1] (values outside are clamped); C is 1, 3 or 4. Any floating type and device.</param>
    /// <param name="columns">Images in a row; null for the squarest grid.</param>
    /// <param name="padding">Pixels between images and around the grid.</param>
    /// <param name="background">The colour between the images; black when null.</param>
    /// <param name="zoom">Each pixel is drawn as zoom × zoom pixels.</param>
    public static Picture Tile(Tensor images, int? columns = null, int padding = 2, Rgb? background = null, int zoom = 1) =>
        Tile(ImageCodec.FromTensor(images), columns, padding, background, zoom);

    /// <summary>One picture of all pictures, which must have one shape.</summary>
    /// <param name="pictures">At least one.</param>
    /// <param name="columns">Pictures in a row; null for the squarest grid.</param>
    /// <param name="padding">Pixels between pictures and around the grid.</param>
    /// <param name="background">The colour between the pictures; black when null.</param>
    /// <param name="zoom">Each pixel is drawn as zoom × zoom pixels.</param>
    public static Picture Tile(IReadOnlyList<Picture> pictures, int? columns = null, int padding = 2, Rgb? background = null, int zoom = 1)
    {
        ArgumentNullException.ThrowIfNull(pictures);
        ArgumentOutOfRangeException.ThrowIfNegative(padding);
        ArgumentOutOfRangeException.ThrowIfLessThan(zoom, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(columns ?? 1, 1, nameof(columns));
        if (pictures.Count == 0)
        {
            throw new ArgumentException("A grid needs at least one picture.", nameof(pictures));
        }

        var first = pictures[0];
        var across = columns ?? (int)Math.Ceiling(Math.Sqrt(pictures.Count));
        var down = (pictures.Count + across - 1) / across;
        var (cellWidth, cellHeight) = (first.Width * zoom + padding, first.Height * zoom + padding);
        var grid = new Picture(first.Channels, down * cellHeight + padding, across * cellWidth + padding);
        Fill(grid, background ?? Rgb.Black);
        for (var i = 0; i < pictures.Count; i++)
        {
            Paste(pictures[i], grid, padding + i / across * cellHeight, padding + i % across * cellWidth, zoom);
        }

        return grid;
    }

    private static void Fill(Picture grid, Rgb colour)
    {
        ReadOnlySpan<byte> values = grid.Channels == 1 ? [colour.Luma] : [colour.R, colour.G, colour.B, 255];
        for (var c = 0; c < grid.Channels; c++)
        {
            grid.Plane(c).Fill(values[c]);
        }
    }

    private static void Paste(Picture picture, Picture grid, int top, int left, int zoom)
    {
        if ((picture.Channels, picture.Height * zoom + top <= grid.Height, picture.Width * zoom + left <= grid.Width) != (grid.Channels, true, true))
        {
            throw new ArgumentException($"The pictures of a grid must have one shape; got {picture.Channels}×{picture.Height}×{picture.Width} among others.");
        }

        for (var c = 0; c < picture.Channels; c++)
        {
            var from = picture.Plane(c);
            var to = grid.Plane(c);
            for (var y = 0; y < picture.Height * zoom; y++)
            {
                var row = to.Slice((top + y) * grid.Width + left, picture.Width * zoom);
                for (var x = 0; x < row.Length; x++)
                {
                    row[x] = from[y / zoom * picture.Width + x / zoom];
                }
            }
        }
    }
}
