using Brownian.Data;
using Brownian.Tests.Checkpoints;
using static TorchSharp.torch;

namespace Brownian.Tests.Data;

public sealed class FolderTests
{
    [Fact]
    public void Every_format_depth_and_channel_count_becomes_one_shape()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        var colour = Pictures.Smooth(3, 20, 30);
        File.WriteAllBytes(folder["a.png"], ImageCodec.EncodePng(colour));
        File.WriteAllBytes(folder["b.JPG"], ImageCodec.EncodeJpeg(colour, 100));
        File.WriteAllBytes(folder["c.webp"], ImageCodec.EncodeWebp(colour));
        File.WriteAllBytes(folder["d.png"], ImageCodec.EncodePng16(ImageCodec.ToTensor(colour)));
        File.WriteAllBytes(folder["e.png"], ImageCodec.EncodePng(Pictures.Smooth(1, 50, 40)));
        File.WriteAllBytes(folder["f.png"], ImageCodec.EncodePng(Pictures.Smooth(4, 16, 16)));
        File.WriteAllText(folder["notes.txt"], "no image");
        var set = DatasetCatalog.Open(folder.Path, new DatasetOptions { Size = 16 });
        Assert.Equal((6, 3, 16, 16), (set.Count, set.Channels, set.Height, set.Width));
        Assert.Null(set.ClassNames);
        var first = Pictures.Of(set, 0);
        Assert.Equal(first, Pictures.Of(set, 2));
        Assert.Equal(first, Pictures.Of(set, 3));
        Assert.All(first.Zip(Pictures.Of(set, 1)), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, 6));
        var grey = Pictures.Of(set, 4);
        Assert.Equal(grey[..256], grey[256..512]);
    }

    [Fact]
    public void Sub_folders_are_classes()
    {
        using var folder = new TemporaryFolder();
        Write(folder, ["dog/1.png", "cat/1.png", "cat/deep/2.png", "emu/9.png"]);
        var set = DatasetCatalog.Open(folder.Path);
        Assert.Equal(["cat", "dog", "emu"], set.ClassNames);
        Assert.Equal([0, 0, 1, 2], Enumerable.Range(0, 4).Select(set.Label));
    }

    [Fact]
    public void Classes_that_are_numbers_keep_their_numbers()
    {
        using var folder = new TemporaryFolder();
        Write(folder, ["2/1.png", "10/1.png", "0/1.png"]);
        var set = DatasetCatalog.Open(folder.Path);
        Assert.Equal(11, set.ClassNames!.Count);
        Assert.Equal([0, 10, 2], Enumerable.Range(0, 3).Select(set.Label));
    }

    [Fact]
    public void Splits_are_sub_folders()
    {
        using var folder = new TemporaryFolder();
        Write(folder, ["train/a/1.png", "train/b/2.png", "test/a/3.png", "test/b/4.png", "test/b/5.png"]);
        Assert.Equal(2, DatasetCatalog.Open(folder.Path).Count);
        Assert.Equal([0, 1, 1], Enumerable.Range(0, 3).Select(DatasetCatalog.Open(folder.Path, new() { Split = "test" }).Label));
        Assert.Contains("train, test", Assert.Throws<ArgumentException>(() => DatasetCatalog.Open(folder.Path, new() { Split = "heldout" })).Message);
    }

    [Fact]
    public void Captions_come_from_metadata_jsonl()
    {
        using var folder = new TemporaryFolder();
        Write(folder, ["images/a.png", "images/b.png", "images/not-listed.png"]);
        File.WriteAllText(folder["metadata.jsonl"], """
            {"file_name": "images/b.png", "text": "second \"b\" ☂", "label": "x"}

            {"file_name": "images/a.png", "text": "first", "label": "y"}
            """);
        var set = DatasetCatalog.Open(folder.Path);
        Assert.Equal(["second \"b\" ☂", "first"], Enumerable.Range(0, set.Count).Select(set.Caption));
        Assert.Equal(["x", "y"], set.ClassNames);
        Assert.Equal(Pictures.Smooth(3, 12, 12, 1).Pixels, Pictures.Of(set, 0));
        using var scope = NewDisposeScope();
        using var loader = new Loader(set, new LoaderOptions { BatchSize = 2, Shuffle = false });
        Assert.Equal(["second \"b\" ☂", "first"], loader.Next()!.Captions);
    }

    [Fact]
    public void Captions_come_from_metadata_csv()
    {
        using var folder = new TemporaryFolder();
        Write(folder, ["a.png", "b.png"]);
        File.WriteAllText(folder["metadata.csv"], "file_name,caption\r\na.png,\"a red, \"\"round\"\"\nthing\"\r\nb.png,plain\r\n");
        var set = DatasetCatalog.Open(folder.Path);
        Assert.Equal(["a red, \"round\"\nthing", "plain"], Enumerable.Range(0, set.Count).Select(set.Caption));
    }

    [Fact]
    public void A_bad_line_of_metadata_is_named()
    {
        using var folder = new TemporaryFolder();
        Write(folder, ["a.png"]);
        File.WriteAllText(folder["metadata.jsonl"], "{\"file_name\": \"a.png\"}\n{\"file_name\": ");
        Assert.Contains("line 2", Assert.Throws<InvalidDataException>(() => DatasetCatalog.Open(folder.Path)).Message);
        File.WriteAllText(folder["metadata.jsonl"], "{\"text\": \"a.png\"}");
        Assert.Contains("file_name", Assert.Throws<InvalidDataException>(() => DatasetCatalog.Open(folder.Path)).Message);
    }

    [Theory]
    [InlineData(1L << 30)]
    [InlineData(0L)]
    public void One_bad_image_in_a_hundred_is_skipped_and_named(long budget)
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        Write(folder, [.. Enumerable.Range(0, 200).Select(i => $"{(i % 2 == 0 ? "even" : "odd")}/{i:000}.png")]);
        Truncate(folder["even/010.png"]);
        Truncate(folder["odd/191.png"]);
        var set = DatasetCatalog.Open(folder.Path, new() { MemoryBudget = budget });
        using var loader = new Loader(set, new LoaderOptions { BatchSize = 32, Epochs = 1, Workers = 2 });
        var seen = loader.SelectMany(batch => batch.Indices).ToArray();
        Assert.Equal(["even/010.png", "odd/191.png"], set.Skipped.Select(image => image.Name));
        Assert.All(set.Skipped, image => Assert.Contains("runcated", image.Reason));
        // Decoded at once: they are gone. Decoded when read: their neighbours stand in.
        Assert.Equal(budget > 0 ? 198 : 200, seen.Length);
        Assert.Equal(198, seen.Distinct().Count());
    }

    [Theory]
    [InlineData(1L << 30)]
    [InlineData(0L)]
    public void More_than_one_bad_image_in_a_hundred_is_an_error(long budget)
    {
        using var folder = new TemporaryFolder();
        Write(folder, [.. Enumerable.Range(0, 100).Select(i => $"{i:000}.png")]);
        Truncate(folder["040.png"]);
        File.WriteAllText(folder["055.png"], "not a picture");
        var error = Assert.Throws<InvalidDataException>(() =>
        {
            var set = DatasetCatalog.Open(folder.Path, new() { MemoryBudget = budget });
            using var loader = new Loader(set, new LoaderOptions { BatchSize = 100, Shuffle = false, Epochs = 1 });
            loader.Next()!.Dispose();
        });
        Assert.Contains("2 of 100", error.Message);
        Assert.Contains("040.png", error.Message);
        Assert.Contains("055.png", error.Message);
    }

    [Fact]
    public void What_stands_in_for_a_bad_image_does_not_depend_on_threads()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        Write(folder, [.. Enumerable.Range(0, 300).Select(i => $"{i % 3}/{i:000}.png")]);
        Truncate(folder["1/100.png"]);
        Truncate(folder["1/103.png"]);
        int[] Walk(int workers)
        {
            var set = DatasetCatalog.Open(folder.Path, new() { MemoryBudget = 0 });
            using var loader = new Loader(set, new LoaderOptions { BatchSize = 7, Workers = workers, Seed = 2 });
            return [.. Enumerable.Range(0, 90).Select(_ => loader.Next()!).SelectMany(batch => batch.Indices.Zip(batch.Labels!.data<long>().ToArray(), (i, l) => 10 * i + (int)l))];
        }

        Assert.Equal(Walk(1), Walk(4));
    }

    [Fact]
    public void Different_sizes_need_a_size()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["a.png"], ImageCodec.EncodePng(Pictures.Smooth(3, 8, 8)));
        File.WriteAllBytes(folder["b.png"], ImageCodec.EncodePng(Pictures.Smooth(3, 8, 9)));
        var message = Assert.Throws<InvalidDataException>(() => DatasetCatalog.Open(folder.Path)).Message;
        Assert.Contains(": 1 of 2 images came in another size than the first, more than 1 %. The first: b.png (9×8 pixels, but the first image has 8×8).", message, StringComparison.Ordinal);
        Assert.EndsWith("Give the size that all should get: --size N, or --set data.size=N for a training.", message, StringComparison.Ordinal);
        Assert.Equal(2, DatasetCatalog.Open(folder.Path, new() { Size = 4 }).Count);
    }

    [Theory]
    [InlineData(1L << 30)]
    [InlineData(0L)]
    public void A_set_knows_which_images_it_resized(long budget)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["a.png"], ImageCodec.EncodePng(Pictures.Smooth(3, 8, 8)));
        File.WriteAllBytes(folder["b.png"], ImageCodec.EncodePng(Pictures.Smooth(3, 8, 9)));
        var set = DatasetCatalog.Open(folder.Path, new() { Size = 8, MemoryBudget = budget });
        Assert.All([0, 1], i => Assert.Equal(3 * 8 * 8, Pictures.Of(set, i).Length));
        Assert.Equal([false, true], [set.WasResized(0), set.WasResized(1)]);
    }

    [Fact]
    public void Alpha_is_laid_on_the_colour_asked_for()
    {
        using var folder = new TemporaryFolder();
        var clear = new Picture(4, 2, 2);
        clear.Plane(3).Fill(51);
        clear.Plane(0).Fill(255);
        File.WriteAllBytes(folder["a.png"], ImageCodec.EncodePng(clear));
        // A fifth of red (255, 0, 0) on (0, 100, 200).
        Assert.Equal(new byte[] { 51, 80, 160 }, Every(4, Pictures.Of(DatasetCatalog.Open(folder.Path, new() { Background = new Rgb(0, 100, 200) }), 0)));
        Assert.Equal(new byte[] { 255, 204, 204 }, Every(4, Pictures.Of(DatasetCatalog.Open(folder.Path), 0)));
        Assert.Equal(new byte[] { 255, 0, 0, 51 }, Every(4, Pictures.Of(DatasetCatalog.Open(folder.Path, new() { Channels = 4 }), 0)));
    }

    [Fact]
    public void A_centre_crop_keeps_the_middle_and_a_random_one_moves()
    {
        using var folder = new TemporaryFolder();
        // Columns 0 … 31 have their own number as grey value.
        var wide = new Picture(1, 8, 32);
        for (var i = 0; i < wide.Pixels.Length; i++)
        {
            wide.Pixels[i] = (byte)(i % 32);
        }

        File.WriteAllBytes(folder["a.png"], ImageCodec.EncodePng(wide));
        var centre = DatasetCatalog.Open(folder.Path, new() { Size = 8 });
        Assert.Equal(Enumerable.Range(12, 8).Select(x => (byte)x), Pictures.Of(centre, 0)[..8]);
        foreach (var budget in new[] { 1L << 30, 0 })
        {
            var random = DatasetCatalog.Open(folder.Path, new() { Size = 8, Crop = CropMode.Random, MemoryBudget = budget });
            Assert.Equal(Pictures.Of(centre, 0), Pictures.Of(random, 0));
            var starts = new HashSet<byte>();
            var window = new byte[64];
            for (var key = 0UL; key < 400; key++)
            {
                random.Read(0, key, window);
                Assert.Equal(Enumerable.Range(window[0], 8).Select(x => (byte)x), window[..8]);
                starts.Add(window[0]);
            }

            // All 25 places: each is missed 400 times with probability (24/25)^400 = 8e-8.
            Assert.Equal(25, starts.Count);
        }
    }

    [Fact]
    public void A_random_crop_of_a_larger_picture_is_cut_at_nine_eighths()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["a.png"], ImageCodec.EncodePng(Pictures.Smooth(1, 100, 100)));
        var set = DatasetCatalog.Open(folder.Path, new() { Size = 32, Crop = CropMode.Random });
        var window = new byte[32 * 32];
        var distinct = new HashSet<string>();
        for (var key = 0UL; key < 300; key++)
        {
            set.Read(0, key, window);
            distinct.Add(Convert.ToHexString(window));
        }

        // 36 pixels leave 5 × 5 places; each is missed with probability 5e-6.
        Assert.Equal(25, distinct.Count);
    }

    [Fact]
    public void An_empty_folder_and_an_unknown_name_are_explained()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains(".png", Assert.Throws<InvalidDataException>(() => DatasetCatalog.Open(folder.Path)).Message);
        Assert.Contains("fashion-mnist", Assert.Throws<ArgumentException>(() => DatasetCatalog.Open("mnits")).Message);
    }

    private static byte[] Every(int step, byte[] bytes) => [.. bytes.Where((_, i) => i % step == 0)];

    private static void Write(TemporaryFolder folder, string[] names)
    {
        for (var i = 0; i < names.Length; i++)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder[names[i]])!);
            File.WriteAllBytes(folder[names[i]], ImageCodec.EncodePng(Pictures.Smooth(3, 12, 12, i)));
        }
    }

    private static void Truncate(string path)
    {
        using var file = File.OpenWrite(path);
        file.SetLength(file.Length * 2 / 3);
    }
}
