using System.Formats.Tar;
using System.Text;
using Brownian.Data;
using Brownian.Data.Sources;
using Brownian.Tests.Checkpoints;
using Parquet;
using Parquet.Schema;

namespace Brownian.Tests.Data;

public sealed class ArchiveTests
{
    [Fact]
    public void A_webdataset_gives_images_classes_and_captions()
    {
        using var folder = new TemporaryFolder();
        WriteTar(folder["0.tar"], 0, 3);
        WriteTar(folder["1.tar"], 3, 5);
        var set = DatasetCatalog.Open(folder.Path);
        Assert.Equal((5, 3, 12, 10), (set.Count, set.Channels, set.Height, set.Width));
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(Pictures.Smooth(3, 12, 10, i).Pixels, Pictures.Of(set, i));
            Assert.Equal($"picture ☂ {i}", set.Caption(i));
            Assert.Equal(i % 3, set.Label(i));
        }

        Assert.Equal(["0", "1", "2"], set.ClassNames);
        Assert.Equal(3, DatasetCatalog.Open(folder["0.tar"], new() { MemoryBudget = 0 }).Count);
    }

    [Fact]
    public void A_truncated_archive_names_what_is_missing()
    {
        using var folder = new TemporaryFolder();
        WriteTar(folder["a.tar"], 0, 300);
        var whole = new FileInfo(folder["a.tar"]).Length;
        // From the end: two empty blocks, the last caption (two blocks), the last picture.
        Cut(folder["a.tar"], whole - 2500);
        var set = DatasetCatalog.Open(folder["a.tar"]);
        Assert.Equal(299, set.Count);
        Assert.Equal("a.tar:set/0299.png", Assert.Single(set.Skipped).Name);
        WriteTar(folder["a.tar"], 0, 300);
        Cut(folder["a.tar"], whole - 1600);
        set = DatasetCatalog.Open(folder["a.tar"]);
        Assert.Equal(300, set.Count);
        Assert.StartsWith("a.tar:(entry at byte", Assert.Single(set.Skipped).Name);
        WriteTar(folder["b.tar"], 0, 20);
        Cut(folder["b.tar"], 9000);
        Assert.Contains("more than 1 %", Assert.Throws<InvalidDataException>(() => DatasetCatalog.Open(folder["b.tar"])).Message);
    }

    [Theory]
    [InlineData(1L << 30)]
    [InlineData(0L)]
    public async Task Parquet_in_hugging_faces_layout_gives_images_classes_and_captions(long budget)
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["data"]);
        await WriteParquet(folder["data/train-00000-of-00002.parquet"], 0, 7);
        await WriteParquet(folder["data/train-00001-of-00002.parquet"], 7, 11);
        await WriteParquet(folder["data/test-00000-of-00001.parquet"], 20, 22);
        var set = DatasetCatalog.Open(folder.Path, new() { MemoryBudget = budget });
        Assert.Equal(11, set.Count);
        for (var i = 0; i < 11; i++)
        {
            Assert.Equal(Pictures.Smooth(3, 12, 10, i).Pixels, Pictures.Of(set, i));
            Assert.Equal(i == 2 ? null : $"picture ☂ {i}", set.Caption(i));
            Assert.Equal(i % 3, set.Label(i));
        }

        Assert.Equal(["ant", "bee", "cow"], set.ClassNames);
        Assert.Equal(Pictures.Smooth(3, 12, 10, 21).Pixels, Pictures.Of(DatasetCatalog.Open(folder.Path, new() { Split = "test" }), 1));
        Assert.Throws<ArgumentException>(() => DatasetCatalog.Open(folder.Path, new() { Split = "validation" }));
        (set as IDisposable)?.Dispose();
    }

    [Fact]
    public void A_damaged_parquet_file_is_named()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["x.parquet"], Encoding.ASCII.GetBytes("PAR1 this is none PAR1"));
        Assert.Contains("x.parquet", Assert.Throws<InvalidDataException>(() => DatasetCatalog.Open(folder.Path)).Message);
    }

    [Fact]
    public void Blobs_beyond_the_budget_go_to_a_file_and_come_back_the_same()
    {
        using var blobs = new EncodedBlobs(memoryBudget: 5000);
        var all = Enumerable.Range(0, 50).Select(i => Pictures.Noise(1, 10, 10 + i, (ulong)i).Pixels).ToArray();
        Array.ForEach(all, blobs.Add);
        Parallel.For(0, 500, i => Assert.Equal(all[i * 7 % 50], blobs.Get(i * 7 % 50)));
    }

    private static void WriteTar(string path, int from, int to)
    {
        using var tar = new TarWriter(File.Create(path));
        for (var i = from; i < to; i++)
        {
            Add(tar, $"set/{i:0000}.cls", Encoding.ASCII.GetBytes($"{i % 3}\n"));
            Add(tar, $"set/{i:0000}.png", ImageCodec.EncodePng(Pictures.Smooth(3, 12, 10, i)));
            Add(tar, i % 2 == 0 ? $"set/{i:0000}.txt" : $"set/{i:0000}.json", Encoding.UTF8.GetBytes(i % 2 == 0 ? $"picture ☂ {i}" : $"{{\"caption\": \"picture ☂ {i}\"}}"));
        }
    }

    private static void Add(TarWriter tar, string name, byte[] content) =>
        tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content) });

    private static void Cut(string path, long length)
    {
        using var file = File.OpenWrite(path);
        file.SetLength(length);
    }

    /// <summary>Row groups of four; nullable fields, as Hugging Face's writer makes them.</summary>
    private static async Task WriteParquet(string path, int from, int to)
    {
        var bytes = new DataField("bytes", typeof(byte[]), isNullable: true);
        var file = new DataField("path", typeof(string), isNullable: true);
        var label = new DataField<long?>("label");
        var text = new DataField("text", typeof(string), isNullable: true);
        var schema = new ParquetSchema(new StructField("image", bytes, file), label, text);
        await using var stream = File.Create(path);
        await using var writer = await ParquetWriter.CreateAsync(schema, stream);
        writer.CustomMetadata = new Dictionary<string, string>
        {
            ["huggingface"] = """{"info": {"features": {"image": {"_type": "Image"}, "label": {"names": ["ant", "bee", "cow"], "_type": "ClassLabel"}}}}""",
        };
        for (var at = from; at < to; at += 4)
        {
            var rows = Enumerable.Range(at, Math.Min(4, to - at)).ToArray();
            using var group = writer.CreateRowGroup();
            await group.WriteAsync(bytes, Array.ConvertAll(rows, i => ImageCodec.EncodePng(Pictures.Smooth(3, 12, 10, i))));
            await group.WriteAsync(file, Array.ConvertAll(rows, i => $"{i}.png"));
            await group.WriteAsync<long>(label, Array.ConvertAll(rows, i => (long?)(i % 3)));
            await group.WriteAsync(text, Array.ConvertAll(rows, i => i == 2 ? null : $"picture ☂ {i}")!);
        }
    }
}
