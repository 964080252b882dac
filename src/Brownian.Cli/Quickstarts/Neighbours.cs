using Brownian.Cli.Previews;
using Brownian.Data;
using static TorchSharp.torch;

namespace Brownian.Cli.Quickstarts;

/// <summary>The training images nearest to samples, by the root mean square difference of pixels in [−1, 1].</summary>
/// <param name="Nearest">For each sample, the indices of its nearest training images, nearest first.</param>
/// <param name="Samples">Median distance of a sample to its nearest training image.</param>
/// <param name="Unseen">The same for images that the model did not see either: what a picture that is no copy comes to.</param>
internal sealed record Neighbours(IReadOnlyList<IReadOnlyList<int>> Nearest, double Samples, double Unseen)
{
    private const int Kept = 3;
    private const int UnseenImages = 500;

    /// <param name="samples">[N, C, H, W] in [−1, 1].</param>
    /// <param name="train">What the model was trained on.</param>
    /// <param name="unseen">Another part of the same set.</param>
    public static Neighbours Find(Tensor samples, IImageDataset train, IImageDataset unseen)
    {
        using var scope = NewDisposeScope();
        var all = Flat(train, Enumerable.Range(0, train.Count));
        var (distances, indices) = cdist(samples.flatten(1), all).topk(Kept, 1, largest: false);
        var others = cdist(Flat(unseen, Enumerable.Range(0, Math.Min(UnseenImages, unseen.Count))), all).min(1).values;
        var scale = 1 / Math.Sqrt(all.size(1));
        var nearest = indices.data<long>().ToArray().Chunk(Kept).Select(row => (IReadOnlyList<int>)[.. row.Select(i => (int)i)]);
        return new([.. nearest], distances.select(1, 0).median().item<float>() * scale, others.median().item<float>() * scale);
    }

    /// <summary>A column for each sample: itself, and its nearest training images under it.</summary>
    public static Picture Table(IReadOnlyList<Picture> samples, Neighbours found, IImageDataset train, int zoom)
    {
        var rows = Enumerable.Range(0, Kept).SelectMany(rank => samples.Select((_, i) => DatasetPreview.Read(train, found.Nearest[i][rank])));
        return ImageGrid.Tile([.. samples.Concat(rows)], samples.Count, zoom: zoom);
    }

    private static Tensor Flat(IImageDataset set, IEnumerable<int> indices)
    {
        var size = set.Channels * set.Height * set.Width;
        var chosen = indices.ToArray();
        var bytes = new byte[(long)chosen.Length * size];
        Parallel.For(0, chosen.Length, i => set.Read(chosen[i], bytes.AsSpan(i * size, size)));
        return tensor(bytes, [chosen.Length, size], ScalarType.Byte).to(ScalarType.Float32).div_(127.5).sub_(1);
    }
}
