using System.Security.Cryptography;
using Brownian.Data;
using Brownian.Data.BuiltIn;
using static TorchSharp.torch;

namespace Brownian.Tests.Data;

public sealed class StrokesTests
{
    [Fact]
    public void The_same_seed_draws_the_same_bytes_on_every_platform()
    {
        // A recorded hash: the drawing uses only operations that IEEE 754 rounds exactly.
        Assert.Equal("0dbfcb3f3b7357e6", Hash(new StrokesDataset("train", 200)));
    }

    [Fact]
    public void Threads_do_not_change_the_pictures()
    {
        var drawn = new StrokesDataset("train", 300, seed: 5);
        Assert.Equal(Hash(MemoryDataset.Load(drawn, 1)), Hash(MemoryDataset.Load(drawn, 4)));
    }

    [Fact]
    public void Seeds_and_splits_draw_different_pictures()
    {
        string[] hashes = [Hash(new("train", 20)), Hash(new("test", 20)), Hash(new("train", 20, seed: 1)), Hash(new("test", 20, seed: 1))];
        Assert.Equal(4, hashes.Distinct().Count());
    }

    [Fact]
    public void A_longer_set_starts_with_the_shorter_one()
    {
        var (few, many) = (new StrokesDataset("train", 12), new StrokesDataset("train", 5000));
        Assert.Equal(Picture(few, 11), Picture(many, 11));
    }

    [Fact]
    public void Digits_are_bright_strokes_inside_a_dark_border()
    {
        var set = new StrokesDataset("train", 500);
        for (var i = 0; i < set.Count; i++)
        {
            var picture = Picture(set, i);
            Assert.InRange(picture.Max(), 150, 255);
            Assert.InRange(picture.Average(value => value), 8, 90);
            var corners = new[] { picture[0], picture[27], picture[27 * 28], picture[783] };
            Assert.All(corners, corner => Assert.Equal(0, corner));
        }
    }

    [Fact]
    public void Nearest_neighbours_are_of_the_same_class_but_no_copies()
    {
        using var scope = NewDisposeScope();
        var train = Images(new StrokesDataset("train", 3000));
        var test = Images(new StrokesDataset("test", 500));
        var (distance, nearest) = cdist(test, train).min(1);
        var right = Enumerable.Range(0, 500).Count(i => nearest[i].item<long>() % 10 == i % 10);
        // Readable: the nearest pixels alone tell the digit of about nine in ten (MNIST with 3000 examples: 92 %).
        Assert.InRange(right, 425, 499);
        // Varied: in [0, 1] grey levels the nearest is a root-mean-square 0.1 … 0.3 away; a copy would be 0, a copy with small noise < 0.03.
        var rms = (distance / 28).data<float>().Order().ToArray();
        Assert.InRange(rms[0], 0.035, 1);
        Assert.InRange(rms[250], 0.1, 1);
    }

    private static Tensor Images(StrokesDataset set) =>
        tensor(Enumerable.Range(0, set.Count).SelectMany(i => Picture(set, i)).Select(value => value / 255f).ToArray()).reshape(set.Count, 784);

    private static byte[] Picture(IImageDataset set, int index)
    {
        var picture = new byte[set.Channels * set.Height * set.Width];
        set.Read(index, picture);
        return picture;
    }

    private static string Hash(StrokesDataset set) => Hash((IImageDataset)set);

    private static string Hash(IImageDataset set) =>
        Convert.ToHexStringLower(SHA256.HashData(Enumerable.Range(0, set.Count).SelectMany(i => Picture(set, i)).ToArray()))[..16];
}
