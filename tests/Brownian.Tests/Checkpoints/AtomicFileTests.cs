using System.Text;
using Brownian.Checkpoints;

namespace Brownian.Tests.Checkpoints;

public sealed class AtomicFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_file_is_replaced_only_after_its_bytes_are_on_the_device()
    {
        AtomicFile.WriteText(folder["f"], "old");
        var disk = FaultyDisk.DiesAt(int.MaxValue);
        AtomicFile.Write(folder["f"], Text("new"), disk);
        Assert.Equal(["create", "write", "close", "replace", "syncdir"], disk.Log.Select(l => l.Split(' ')[0]));
        Assert.Equal("new", File.ReadAllText(folder["f"]));
        Assert.Equal([folder["f"]], Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void A_stop_at_any_operation_leaves_the_old_file_or_the_new_one()
    {
        var finished = false;
        for (var stop = 0; !finished; stop++)
        {
            AtomicFile.WriteText(folder["f"], "the old content");
            var disk = FaultyDisk.DiesAt(stop);
            var error = Record.Exception(() => AtomicFile.Write(folder["f"], Text("the new content"), disk));
            finished = error is null;
            Assert.Contains(File.ReadAllText(folder["f"]), (string[])["the old content", "the new content"]);
            Assert.True(stop < 50);
        }

        Assert.Equal("the new content", File.ReadAllText(folder["f"]));
    }

    [Fact]
    public void A_full_disk_leaves_the_old_file_and_nothing_else()
    {
        AtomicFile.WriteText(folder["f"], "old");
        for (var bytes = 0; bytes < 20; bytes++)
        {
            var error = Assert.Throws<IOException>(() => AtomicFile.Write(folder["f"], Text(new string('n', 20)), FaultyDisk.FullAfter(bytes)));
            Assert.Contains("No space left", error.Message, StringComparison.Ordinal);
            Assert.Equal("old", File.ReadAllText(folder["f"]));
            Assert.Single(Directory.GetFiles(folder.Path));
        }
    }

    [Fact]
    public void The_writers_own_error_leaves_the_old_file()
    {
        AtomicFile.WriteText(folder["f"], "old");
        Assert.Throws<FormatException>(() => AtomicFile.Write(folder["f"], stream =>
        {
            stream.WriteByte(1);
            throw new FormatException();
        }));
        Assert.Equal("old", File.ReadAllText(folder["f"]));
        Assert.Single(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void Leftovers_of_the_dead_are_cleaned_and_those_of_the_living_are_kept()
    {
        Record.Exception(() => AtomicFile.Write(folder["dead"], Text("x"), FaultyDisk.DiesAt(2)));
        Assert.Single(Directory.GetFiles(folder.Path));
        AtomicFile.Write(folder["alive"], stream =>
        {
            Assert.Equal(2, Directory.GetFiles(folder.Path).Length);
            Assert.Single(AtomicFile.CleanLeftovers(folder.Path));
            Assert.Single(Directory.GetFiles(folder.Path));
        });
        Assert.Equal([folder["alive"]], Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void A_folder_appears_whole_or_not_at_all_wherever_the_writer_stops()
    {
        var finished = false;
        for (var stop = 0; !finished; stop++)
        {
            var disk = FaultyDisk.DiesAt(stop);
            finished = Record.Exception(() => AtomicFolder.Write(folder["d"], temporary => Fill(temporary, "new", disk), false, disk)) is null;
            if (Directory.Exists(folder["d"]))
            {
                Assert.Equal("one new", File.ReadAllText(folder["d/one"]));
                Assert.Equal("two new", File.ReadAllText(folder["d/sub/two"]));
                Assert.Equal(2, Directory.GetFiles(folder["d"], "*", SearchOption.AllDirectories).Length);
                Directory.Delete(folder["d"], true);
            }

            Assert.True(stop < 100);
        }
    }

    [Fact]
    public void A_folder_is_replaced_only_when_that_is_allowed()
    {
        AtomicFolder.Write(folder["d"], temporary => Fill(temporary, "old", Disk.Real));
        var error = Assert.Throws<IOException>(() => AtomicFolder.Write(folder["d"], _ => { }));
        Assert.Contains("exists already", error.Message, StringComparison.Ordinal);
        AtomicFolder.Write(folder["d"], temporary => Fill(temporary, "new", Disk.Real), replace: true);
        Assert.Equal("one new", File.ReadAllText(folder["d/one"]));
        Assert.Equal([folder["d"]], Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void Folders_that_living_writers_fill_are_not_cleaned()
    {
        AtomicFolder.Write(folder["d"], temporary =>
        {
            Assert.Empty(AtomicFolder.CleanLeftovers(folder.Path));
            Fill(temporary, "new", Disk.Real);
        });
        var left = Directory.CreateDirectory(folder[".d.0.partial"]);
        File.WriteAllText(folder[".d.0.partial/.writing"], "");
        Assert.Equal([left.Name], AtomicFolder.CleanLeftovers(folder.Path));
    }

    private static void Fill(string temporary, string text, Disk disk)
    {
        Directory.CreateDirectory(Path.Combine(temporary, "sub"));
        foreach (var name in (string[])["one", "sub/two"])
        {
            using var stream = disk.Create(Path.Combine(temporary, name));
            Text($"{Path.GetFileName(name)} {text}")(stream);
        }
    }

    private static Action<Stream> Text(string text) => stream => stream.Write(Encoding.UTF8.GetBytes(text));
}
