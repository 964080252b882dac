using System.IO.Compression;
using Brownian.Data;
using Brownian.Tests.Checkpoints;

namespace Brownian.Tests.Data;

public sealed class BinaryFormatTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Idx_files_are_read_gzipped_or_not(bool gzip)
    {
        using var folder = new TemporaryFolder();
        var images = WriteMnist(folder.Path, gzip);
        foreach (var set in new[] { DatasetCatalog.Open("mnist", new() { DataDirectory = folder.Path }), DatasetCatalog.Open(folder.Path) })
        {
            Assert.Equal((4, 1, 3, 2), (set.Count, set.Channels, set.Height, set.Width));
            Assert.Equal(images[6..12], Pictures.Of(set, 1));
            Assert.Equal([7, 0, 9, 1], Enumerable.Range(0, 4).Select(set.Label));
            Assert.Equal(10, set.ClassNames!.Count);
        }
    }

    [Fact]
    public void A_data_folder_may_hold_the_set_in_a_sub_folder_of_its_name()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["fashion-mnist"]);
        WriteMnist(folder["fashion-mnist"], gzip: true);
        var set = DatasetCatalog.Open("fashion-mnist", new() { DataDirectory = folder.Path });
        Assert.Equal("Sneaker", set.ClassNames![set.Label(0)!.Value]);
    }

    [Fact]
    public void Damaged_idx_files_are_named()
    {
        using var folder = new TemporaryFolder();
        WriteMnist(folder.Path, gzip: false);
        var path = folder["train-images-idx3-ubyte"];
        var good = File.ReadAllBytes(path);
        var options = new DatasetOptions { DataDirectory = folder.Path };
        File.WriteAllBytes(path, good[..^1]);
        Assert.Contains("train-images-idx3-ubyte is truncated", Assert.Throws<InvalidDataException>(() => DatasetCatalog.Open("mnist", options)).Message);
        File.WriteAllBytes(path, [0, 0, 13, 3, .. good[4..]]);
        Assert.Contains("00000803", Assert.Throws<InvalidDataException>(() => DatasetCatalog.Open("mnist", options)).Message);
        File.WriteAllBytes(path, [.. good[..4], 0x7F, 0xFF, 0xFF, 0xFF, .. good[8..]]);
        Assert.Contains("dimensions", Assert.Throws<InvalidDataException>(() => DatasetCatalog.Open("mnist", options)).Message);
        File.WriteAllBytes(path, [.. good[..7], 3, .. good[8..]]);
        Assert.Contains("3 images, but 4 labels", Assert.Throws<InvalidDataException>(() => DatasetCatalog.Open("mnist", options)).Message);
        File.Delete(path);
        Assert.Contains("train-images-idx3-ubyte", Assert.Throws<FileNotFoundException>(() => DatasetCatalog.Open("mnist", options)).Message);
    }

    [Fact]
    public void Cifar_10_is_read_plane_by_plane()
    {
        using var folder = new TemporaryFolder();
        for (var batch = 1; batch <= 5; batch++)
        {
            File.WriteAllBytes(folder[$"data_batch_{batch}.bin"], [(byte)batch, .. Pictures.Noise(3, 32, 32, (ulong)batch).Pixels, 9, .. Pictures.Noise(3, 32, 32, 100).Pixels]);
        }

        var set = DatasetCatalog.Open("cifar10", new() { DataDirectory = folder.Path });
        Assert.Equal((10, 3, 32, 32), (set.Count, set.Channels, set.Height, set.Width));
        Assert.Equal(Pictures.Noise(3, 32, 32, 3).Pixels, Pictures.Of(set, 4));
        Assert.Equal(["cat", "truck"], new[] { 4, 5 }.Select(i => set.ClassNames![set.Label(i)!.Value]));
        Assert.Contains("test_batch.bin", Assert.Throws<FileNotFoundException>(() => DatasetCatalog.Open("cifar10", new() { DataDirectory = folder.Path, Split = "test" })).Message);
        using (var file = File.OpenWrite(folder["data_batch_3.bin"]))
        {
            file.SetLength(5000);
        }

        Assert.Contains("data_batch_3.bin", Assert.Throws<InvalidDataException>(() => DatasetCatalog.Open(folder.Path)).Message);
    }

    [Fact]
    public void Cifar_100_has_fine_labels()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["train.bin"], [3, 1, .. Pictures.Noise(3, 32, 32, 5).Pixels, 0, 2, .. Pictures.Noise(3, 32, 32, 6).Pixels]);
        File.WriteAllText(folder["fine_label_names.txt"], "apple\nbear\nchair\n");
        var set = DatasetCatalog.Open(folder.Path);
        Assert.Equal(["bear", "chair"], new[] { 0, 1 }.Select(i => set.ClassNames![set.Label(i)!.Value]));
        Assert.Equal(Pictures.Noise(3, 32, 32, 6).Pixels, Pictures.Of(set, 1));
    }

    [Fact]
    public void A_named_set_can_be_resized_and_coloured()
    {
        using var folder = new TemporaryFolder();
        WriteMnist(folder.Path, gzip: true);
        var set = DatasetCatalog.Open("mnist", new() { DataDirectory = folder.Path, Size = 8, Channels = 3 });
        Assert.Equal((4, 3, 8, 8, "mnist"), (set.Count, set.Channels, set.Height, set.Width, set.Name));
        Assert.Equal([7, 0, 9, 1], Enumerable.Range(0, 4).Select(set.Label));
        var strokes = DatasetCatalog.Open("builtin:strokes", new() { Count = 10, Size = 32 });
        Assert.Equal((1, 32, 32), (strokes.Channels, strokes.Height, strokes.Width));
    }

    private static byte[] WriteMnist(string folder, bool gzip)
    {
        var images = Enumerable.Range(0, 24).Select(i => (byte)(10 * i)).ToArray();
        Write(folder, "train-images-idx3-ubyte", gzip, [0, 0, 8, 3, 0, 0, 0, 4, 0, 0, 0, 3, 0, 0, 0, 2, .. images]);
        Write(folder, "train-labels-idx1-ubyte", gzip, [0, 0, 8, 1, 0, 0, 0, 4, 7, 0, 9, 1]);
        return images;
    }

    private static void Write(string folder, string name, bool gzip, byte[] content)
    {
        using var file = File.Create(Path.Combine(folder, gzip ? name + ".gz" : name));
        using Stream stream = gzip ? new GZipStream(file, CompressionLevel.Fastest) : file;
        stream.Write(content);
    }
}
