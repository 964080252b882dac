using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using Brownian.Data;
using Brownian.Data.Download;
using Brownian.Tests.Checkpoints;

namespace Brownian.Tests.Data;

public sealed class DownloadTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly HttpClient client = new();
    private readonly byte[] content = Pictures.Noise(1, 500, 700).Pixels;

    [Fact]
    public void A_file_comes_whole_and_is_not_fetched_twice()
    {
        using var server = new FaultyServer(content);
        var seen = new List<DownloadProgress>();
        var downloader = new Downloader(client, new Each(seen));
        var path = downloader.Fetch(File(server.Address), folder.Path);
        Assert.Equal(content, System.IO.File.ReadAllBytes(path));
        Assert.Equal((content.Length, content.Length), (seen[^1].Received, seen[^1].Length));
        downloader.Fetch(File(server.Address), folder.Path);
        Assert.Equal([-1], server.Requests);
        Assert.Equal(["file.bin"], Names());
    }

    [Fact]
    public void A_cut_connection_is_resumed_where_it_broke()
    {
        using var server = new FaultyServer(content) { CutAfter = 100_000 };
        var path = Quick().Fetch(File(server.Address), folder.Path);
        Assert.Equal(content, System.IO.File.ReadAllBytes(path));
        Assert.Equal([-1, 100_000, 200_000, 300_000], server.Requests);
    }

    [Fact]
    public void A_download_goes_on_in_the_next_run()
    {
        System.IO.File.WriteAllBytes(folder["file.bin.part"], content[..123_456]);
        using var server = new FaultyServer(content);
        Assert.Equal(content, System.IO.File.ReadAllBytes(Quick().Fetch(File(server.Address), folder.Path)));
        Assert.Equal([123_456], server.Requests);
    }

    [Fact]
    public void A_server_without_ranges_sends_all_again()
    {
        System.IO.File.WriteAllBytes(folder["file.bin.part"], content[..1000]);
        using var server = new FaultyServer(content) { HasRanges = false };
        Assert.Equal(content, System.IO.File.ReadAllBytes(Quick().Fetch(File(server.Address), folder.Path)));
    }

    [Fact]
    public void Wrong_content_is_thrown_away_and_the_next_mirror_asked()
    {
        using var wrong = new FaultyServer(Pictures.Noise(1, 500, 700, seed: 9).Pixels);
        using var right = new FaultyServer(content);
        Assert.Equal(content, System.IO.File.ReadAllBytes(Quick().Fetch(File(wrong.Address, right.Address), folder.Path)));
        Assert.Equal([-1], right.Requests);
    }

    [Fact]
    public void A_damaged_beginning_does_not_spoil_the_next_attempt()
    {
        System.IO.File.WriteAllBytes(folder["file.bin.part"], new byte[1000]);
        using var server = new FaultyServer(content);
        Assert.Contains("SHA-256", Assert.Throws<DownloadException>(() => Quick().Fetch(File(server.Address), folder.Path)).Message);
        Assert.Equal(content, System.IO.File.ReadAllBytes(Quick().Fetch(File(server.Address), folder.Path)));
    }

    [Fact]
    public void Wrong_content_everywhere_leaves_no_file_and_says_both_checksums()
    {
        using var server = new FaultyServer(content);
        var file = File(server.Address) with { Sha256 = new string('0', 64) };
        var error = Assert.Throws<DownloadException>(() => Quick().Fetch(file, folder.Path));
        Assert.Contains(new string('0', 64), error.Message);
        Assert.Contains(Convert.ToHexStringLower(SHA256.HashData(content)), error.Message);
        Assert.Empty(Names());
    }

    [Theory]
    [InlineData(404, 1)]
    [InlineData(500, 3)]
    public void A_refusing_server_is_given_up_after_a_while(int status, int requests)
    {
        using var server = new FaultyServer(content) { Status = status };
        Assert.Contains($"{status}", Assert.Throws<DownloadException>(() => Quick().Fetch(File(server.Address), folder.Path)).Message);
        Assert.Equal(requests, server.Requests.Count);
    }

    [Fact]
    public void A_silent_server_is_given_up_after_a_while()
    {
        using var server = new FaultyServer(content) { IsSilent = true };
        var downloader = new Downloader(client) { Patience = TimeSpan.FromSeconds(0.1), Pause = TimeSpan.Zero };
        Assert.Contains("no data", Assert.Throws<DownloadException>(() => downloader.Fetch(File(server.Address), folder.Path)).Message);
    }

    [Fact]
    public void Without_a_connection_the_error_tells_how_to_use_local_copies()
    {
        Uri dead;
        using (var server = new FaultyServer(content))
        {
            dead = server.Address;
        }

        var error = Assert.Throws<DownloadException>(() => DatasetCache.Fetch("mnist", [File(dead)], folder.Path, Quick()));
        Assert.Contains("--data-dir", error.Message);
        Assert.Contains("file.bin", error.Message);
        Assert.Contains("mnist", error.Message);
    }

    [Fact]
    public async Task Two_programs_fetch_a_file_once()
    {
        using var server = new FaultyServer(content) { CutAfter = 60_000 };
        var paths = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => Quick().Fetch(File(server.Address), folder.Path))));
        Assert.All(paths, path => Assert.Equal(content, System.IO.File.ReadAllBytes(path)));
        Assert.Single(server.Requests, -1);
        Assert.Equal(["file.bin"], Names());
    }

    [Fact]
    public void A_cancelled_download_keeps_what_has_come()
    {
        using var server = new FaultyServer(content) { CutAfter = 50_000 };
        using var stop = new CancellationTokenSource();
        var downloader = new Downloader(client, new Until(100_000, stop)) { Pause = TimeSpan.Zero };
        Assert.ThrowsAny<OperationCanceledException>(() => downloader.Fetch(File(server.Address), folder.Path, stop.Token));
        Assert.InRange(new FileInfo(folder["file.bin.part"]).Length, 100_000, content.Length - 1);
    }

    [Fact]
    public void Cifars_archive_is_unpacked_to_its_files()
    {
        string[] names = ["data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin", "test_batch.bin"];
        using var packed = new MemoryStream();
        using (var tar = new TarWriter(new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true)))
        {
            foreach (var name in names.Append("readme.html"))
            {
                tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, $"cifar-10-batches-bin/{name}") { DataStream = new MemoryStream([1, .. Pictures.Noise(3, 32, 32).Pixels]) });
            }
        }

        var bytes = packed.ToArray();
        using var server = new FaultyServer(bytes);
        var file = new RemoteFile("cifar-10-binary.tar.gz", bytes.Length, Convert.ToHexStringLower(SHA256.HashData(bytes)), [server.Address]);
        DatasetCache.Fetch("cifar10", [file], folder.Path, Quick());
        DatasetCache.Fetch("cifar10", [file], folder.Path, Quick());
        Assert.Equal(names, Names());
        Assert.Single(server.Requests);
        Assert.Equal(5, DatasetCatalog.Open("cifar10", new() { DataDirectory = folder.Path }).Count);
    }

    [Fact]
    public void Every_named_set_has_checked_files_at_two_places()
    {
        foreach (var name in new[] { "mnist", "fashion-mnist", "cifar10" })
        {
            Assert.All(DatasetCache.FilesOf(name), file => Assert.Equal((64, 2), (file.Sha256.Length, file.Mirrors.Count)));
        }

        Assert.Throws<ArgumentException>(() => DatasetCache.FilesOf("imagenet"));
    }

    public void Dispose()
    {
        client.Dispose();
        folder.Dispose();
    }

    private Downloader Quick() => new(client) { Pause = TimeSpan.FromMilliseconds(1) };

    private RemoteFile File(params Uri[] mirrors) => new("file.bin", content.Length, Convert.ToHexStringLower(SHA256.HashData(content)), mirrors);

    private IEnumerable<string?> Names() => Directory.GetFiles(folder.Path).Select(Path.GetFileName).Order();

    private sealed class Each(List<DownloadProgress> seen) : IProgress<DownloadProgress>
    {
        public void Report(DownloadProgress value) => seen.Add(value);
    }

    private sealed class Until(long bytes, CancellationTokenSource stop) : IProgress<DownloadProgress>
    {
        public void Report(DownloadProgress value)
        {
            if (value.Received >= bytes)
            {
                stop.Cancel();
            }
        }
    }
}
