using Brownian.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Tests.Data;

public sealed class LoaderTests
{
    private static readonly MemoryDataset Numbers = MakeNumbers(1000);

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 3)]
    [InlineData(5, 8)]
    public void A_batch_depends_on_seed_and_position_only(int workers, int prefetch)
    {
        using var scope = NewDisposeScope();
        var options = new LoaderOptions { BatchSize = 48, Seed = 3, Flip = true };
        using var expected = new Loader(Numbers, options with { Workers = 1, Prefetch = 1 });
        using var loader = new Loader(Numbers, options with { Workers = workers, Prefetch = prefetch });
        for (var i = 0; i < 60; i++)
        {
            var (a, b) = (expected.Next()!, loader.Next()!);
            Assert.Equal(i, b.Position);
            Assert.Equal(a.Indices, b.Indices);
            Assert.True(a.Images.equal(b.Images).all().item<bool>());
            Assert.True(a.Labels!.equal(b.Labels!).all().item<bool>());
        }
    }

    [Fact]
    public void A_loader_started_at_a_position_goes_on_exactly_there()
    {
        using var scope = NewDisposeScope();
        var options = new LoaderOptions { BatchSize = 33, Seed = 9, Flip = true };
        using var whole = new Loader(Numbers, options);
        var all = Enumerable.Range(0, 80).Select(_ => whole.Next()!).ToArray();
        foreach (var start in new[] { 1, 30, 31, 79 })
        {
            using var resumed = new Loader(Numbers, options, start);
            Assert.Equal(start, resumed.Position);
            var batch = resumed.Next()!;
            Assert.Equal(all[start].Indices, batch.Indices);
            Assert.True(all[start].Images.equal(batch.Images).all().item<bool>());
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(10)]
    [InlineData(257)]
    [InlineData(1000)]
    public void Each_epoch_is_a_permutation_and_another_one(int count)
    {
        var order = new ShuffleOrder(count, 5, shuffle: true);
        var epochs = Enumerable.Range(0, 3).Select(e => Enumerable.Range(0, count).Select(i => order.At((long)e * count + i)).ToArray()).ToArray();
        foreach (var epoch in epochs)
        {
            Assert.Equal(Enumerable.Range(0, count), epoch.Order());
        }

        if (count >= 10)
        {
            Assert.NotEqual(epochs[0], epochs[1]);
            Assert.NotEqual(epochs[1], epochs[2]);
            Assert.NotEqual(Enumerable.Range(0, count), epochs[0]);
        }
    }

    [Fact]
    public void The_shuffle_has_no_visible_structure()
    {
        // For a random permutation the mean of |order(i) − i| is N/3 with a standard deviation of about N/√(22·N)·… < 1 % at N = 20,000,
        // and neighbours stay neighbours about twice in all.
        const int count = 20_000;
        var order = new ShuffleOrder(count, 1, shuffle: true);
        var at = Enumerable.Range(0, count).Select(i => order.At(i)).ToArray();
        Assert.InRange(at.Select((value, i) => (double)Math.Abs(value - i)).Average() / count, 0.32, 0.347);
        Assert.InRange(Enumerable.Range(1, count - 1).Count(i => Math.Abs(at[i] - at[i - 1]) == 1), 0, 12);
    }

    [Fact]
    public void One_epoch_in_order_ends_with_the_rest()
    {
        using var scope = NewDisposeScope();
        using var loader = new Loader(Numbers, new LoaderOptions { BatchSize = 300, Shuffle = false, Epochs = 1, Workers = 2 });
        var batches = loader.ToArray();
        Assert.Equal([300, 300, 300, 100], batches.Select(batch => batch.Count));
        Assert.Equal(Enumerable.Range(0, 1000), batches.SelectMany(batch => batch.Indices));
        Assert.Null(loader.Next());
    }

    [Fact]
    public void Images_are_the_bytes_in_minus_one_to_one_exactly_at_the_ends()
    {
        using var scope = NewDisposeScope();
        var image = Enumerable.Range(0, 256).Select(i => (byte)i).ToArray();
        using var loader = new Loader(new MemoryDataset("ramp", (1, 16, 16), [image]), new LoaderOptions { BatchSize = 1 });
        var batch = loader.Next()!;
        Assert.Equal([1, 1, 16, 16], batch.Images.shape);
        Assert.Null(batch.Labels);
        Assert.Null(batch.Captions);
        var numbers = batch.Images.data<float>().ToArray();
        Assert.Equal((-1f, 1f), (numbers[0], numbers[255]));
        // One rounding of a number at most 1: half a unit in the last place, 2⁻²⁴ relative.
        Assert.All(numbers.Select((x, i) => Math.Abs(x - (2.0 * i - 255) / 255)), error => Assert.InRange(error, 0, 6e-8));
        Assert.Equal(image, ImageCodec.FromTensor(batch.Images).Single().Pixels);
    }

    [Fact]
    public void Flips_mirror_about_half_of_the_images_and_nothing_else()
    {
        using var scope = NewDisposeScope();
        var options = new LoaderOptions { BatchSize = 1000, Seed = 4, Shuffle = false };
        using var plain = new Loader(Numbers, options);
        using var flipped = new Loader(Numbers, options with { Flip = true });
        var (a, b) = (plain.Next()!.Images, flipped.Next()!.Images);
        var same = a.eq(b).flatten(1).all(1);
        var mirrored = a.flip(3).eq(b).flatten(1).all(1);
        Assert.True(same.logical_or(mirrored).all().item<bool>());
        // 1000 fair coins: five standard deviations are 79.
        Assert.InRange(mirrored.sum().item<long>(), 421, 579);
    }

    [Fact]
    public void A_failing_image_is_reported_by_its_batch_and_by_no_earlier_one()
    {
        using var scope = NewDisposeScope();
        using var loader = new Loader(new Failing(), new LoaderOptions { BatchSize = 2, Shuffle = false, Workers = 2 });
        Assert.NotNull(loader.Next());
        Assert.NotNull(loader.Next());
        Assert.Equal("number 5", Assert.Throws<InvalidDataException>(() => loader.Next()).Message);
        Assert.Throws<InvalidDataException>(() => loader.Next());
    }

    [Fact]
    public void No_more_than_the_prefetch_is_read_ahead()
    {
        using var scope = NewDisposeScope();
        var counting = new Counting();
        using var loader = new Loader(counting, new LoaderOptions { BatchSize = 10, Prefetch = 3, Workers = 2 });
        Assert.True(SpinWait.SpinUntil(() => counting.Reads == 30, 10_000));
        Thread.Sleep(50);
        Assert.Equal(30, counting.Reads);
        loader.Next();
        Assert.True(SpinWait.SpinUntil(() => counting.Reads == 40, 10_000));
        Thread.Sleep(50);
        Assert.Equal(40, counting.Reads);
    }

    [Fact]
    public void Batches_belong_to_the_scope_that_takes_them()
    {
        using var loader = new Loader(Numbers, new LoaderOptions { BatchSize = 4 });
        Tensor images;
        using (NewDisposeScope())
        {
            images = loader.Next()!.Images;
            Assert.False(images.IsInvalid);
        }

        Assert.True(images.IsInvalid);
    }

    private static MemoryDataset MakeNumbers(int count)
    {
        var images = Enumerable.Range(0, count).Select(i => (ReadOnlyMemory<byte>)new byte[] { (byte)i, (byte)(i >> 8), (byte)(i * 7), 200, 100, 0 }).ToArray();
        return new MemoryDataset("numbers", (1, 2, 3), images, Enumerable.Range(0, count).Select(i => i % 5).ToArray(), ["a", "b", "c", "d", "e"]);
    }

    private abstract class OnePixel : IImageDataset
    {
        public string Name => "one pixel";

        public int Count => 100;

        public int Channels => 1;

        public int Height => 1;

        public int Width => 1;

        public IReadOnlyList<string>? ClassNames => null;

        public int? Label(int index) => null;

        public string? Caption(int index) => null;

        public abstract void Read(int index, Span<byte> chw);
    }

    private sealed class Failing : OnePixel
    {
        public override void Read(int index, Span<byte> chw)
        {
            if (index == 5)
            {
                throw new InvalidDataException("number 5");
            }
        }
    }

    private sealed class Counting : OnePixel
    {
        private int reads;

        public int Reads => Volatile.Read(ref reads);

        public override void Read(int index, Span<byte> chw) => Interlocked.Increment(ref reads);
    }
}
