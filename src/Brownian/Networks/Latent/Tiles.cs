using static TorchSharp.torch;

namespace Brownian.Networks.Latent;

/// <summary>
/// Encoding and decoding in overlapping square tiles, which are blended where they overlap: memory for the network is that of one tile, whatever the image. Each
/// tile has its own statistics in norms and attention, so that the result differs a little from that of the whole.
/// </summary>
/// <param name="Size">Side of a tile of latents.</param>
/// <param name="Overlap">Share of a tile that the next one repeats, in [0, 1).</param>
public sealed record Tiles(int Size, double Overlap = 0.25)
{
    /// <summary>Decodes latents, or encodes images: a function of tiles, applied to the whole.</summary>
    /// <param name="whole">[N, C, H, W].</param>
    /// <param name="size">Side of an input tile.</param>
    /// <param name="sizeOut">Side of an output tile.</param>
    /// <param name="work">[N, C, h, w] → [N, C', h', w'].</param>
    internal Tensor Apply(Tensor whole, int size, int sizeOut, Func<Tensor, Tensor> work)
    {
        // Of tiles whose size divides by 4, the steps are diffusers'.
        var step = (int)(Size * (1 - Overlap));
        if (Size < 1 || step < 1 || step > Size)
        {
            throw new ArgumentException($"tiles: expected a size above 0 and an overlap from 0 to below 1 that leaves a step; got {Size} and {Overlap}.");
        }

        var (stride, limit) = (step * size / Size, step * sizeOut / Size);
        using var scope = NewDisposeScope();
        var (height, width) = (whole.size(2), whole.size(3));
        var rows = new List<Tensor>();
        Tensor[] above = [];
        for (long top = 0; top < height; top += stride)
        {
            var row = new List<Tensor>();
            for (long left = 0; left < width; left += stride)
            {
                row.Add(Tile(whole, top, left, size, work));
                Blend(row, above, sizeOut - limit);
            }

            rows.Add(cat([.. row.Select(tile => Kept(tile, limit))], 3));
            Array.ForEach(above, tile => tile.Dispose());
            above = [.. row];
        }

        return cat([.. rows], 2).MoveToOuterDisposeScope();
    }

    private static Tensor Tile(Tensor whole, long top, long left, long size, Func<Tensor, Tensor> work)
    {
        using var scope = NewDisposeScope();
        var (height, width) = (Math.Min(size, whole.size(2) - top), Math.Min(size, whole.size(3) - left));
        return work(whole.narrow(2, top, height).narrow(3, left, width).contiguous()).MoveToOuterDisposeScope();
    }

    /// <summary>Mixes the last tile of a row into the one above it and the one before it, in place.</summary>
    private static void Blend(List<Tensor> row, Tensor[] above, int extent)
    {
        using var scope = NewDisposeScope();
        if (above.Length > 0)
        {
            Mix(above[row.Count - 1], row[^1], 2, extent);
        }

        if (row.Count > 1)
        {
            Mix(row[^2], row[^1], 3, extent);
        }
    }

    private static void Mix(Tensor before, Tensor tile, int dimension, long extent)
    {
        using var scope = NewDisposeScope();
        extent = Math.Min(extent, Math.Min(before.size(dimension), tile.size(dimension)));
        if (extent == 0)
        {
            return;
        }

        var end = before.narrow(dimension, before.size(dimension) - extent, extent);
        var start = tile.narrow(dimension, 0, extent);
        long[] shape = dimension == 2 ? [extent, 1] : [extent];
        var share = arange(extent, dtype: tile.dtype, device: tile.device).div(extent).reshape(shape);

        start.copy_(end.mul(1 - share).add_(start * share));
    }

    private static Tensor Kept(Tensor tile, long limit) =>
        tile.narrow(2, 0, Math.Min(limit, tile.size(2))).narrow(3, 0, Math.Min(limit, tile.size(3)));
}
