using Brownian.Checkpoints;

namespace Brownian.Tests.Checkpoints;

/// <summary>
/// A disk that stops at its n-th operation, as a kill or a power cut does: that operation and all later ones fail, and files that were
/// not brought to the device lose their second half. Or one that is full after n bytes and works on otherwise.
/// </summary>
internal sealed class FaultyDisk : Disk
{
    private readonly HashSet<string> unsynced = new(StringComparer.Ordinal);
    private readonly int diesAt;
    private long bytesLeft;
    private int operations;

    private FaultyDisk(int diesAt, long bytes)
    {
        this.diesAt = diesAt;
        bytesLeft = bytes;
    }

    public bool Dead { get; private set; }

    public List<string> Log { get; } = [];

    public static FaultyDisk DiesAt(int operation) => new(operation, long.MaxValue);

    public static FaultyDisk FullAfter(long bytes) => new(int.MaxValue, bytes);

    public override Stream Create(string path)
    {
        Count("create", path);
        unsynced.Add(path);
        return new FaultyStream(this, base.Create(path), path);
    }

    public override void Close(Stream stream)
    {
        var faulty = (FaultyStream)stream;
        Count("close", faulty.Path);
        unsynced.Remove(faulty.Path);
        base.Close(faulty.Inner);
        faulty.Dispose();
    }

    public override void SyncFile(string path)
    {
        Count("sync", path);
        unsynced.Remove(path);
        base.SyncFile(path);
    }

    public override void CreateDirectory(string path)
    {
        Count("mkdir", path);
        base.CreateDirectory(path);
    }

    public override void ReplaceFile(string from, string to)
    {
        Count("replace", to);
        base.ReplaceFile(from, to);
        Moved(from, to);
    }

    public override void RenameDirectory(string from, string to)
    {
        Count("rename", to);
        base.RenameDirectory(from, to);
        Moved(from, to);
    }

    public override void DeleteFile(string path)
    {
        Count("delete", path);
        base.DeleteFile(path);
        unsynced.Remove(path);
    }

    public override void DeleteDirectory(string path)
    {
        // File by file, as the real thing does, so that a death in the middle leaves a part.
        foreach (var file in Directory.EnumerateFiles(path))
        {
            DeleteFile(file);
        }

        Count("rmdir", path);
        base.DeleteDirectory(path);
    }

    public override void SyncDirectory(string path)
    {
        Count("syncdir", path);
        base.SyncDirectory(path);
    }

    private void Moved(string from, string to)
    {
        foreach (var path in unsynced.Where(p => p.StartsWith(from, StringComparison.Ordinal)).ToArray())
        {
            unsynced.Remove(path);
            unsynced.Add(to + path[from.Length..]);
        }
    }

    private void Count(string operation, string path)
    {
        if (!Dead && operations++ >= diesAt)
        {
            Dead = true;
            foreach (var lost in unsynced.Where(File.Exists))
            {
                using var file = new FileStream(lost, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
                file.SetLength(file.Length / 2);
            }
        }

        if (Dead)
        {
            throw new IOException("the machine is off");
        }

        Log.Add($"{operation} {Path.GetFileName(path)}");
    }

    private sealed class FaultyStream(FaultyDisk disk, Stream inner, string path) : Stream
    {
        private const int Buffered = 8192;

        public Stream Inner => inner;

        public string Path => path;

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => inner.Length;

        public override long Position { get => inner.Position; set => throw new NotSupportedException(); }

        public override void Write(byte[] buffer, int offset, int count)
        {
            // A real file is buffered, too: many small writes are one operation.
            if (inner.Position / Buffered != (inner.Position + count) / Buffered || inner.Position == 0)
            {
                disk.Count("write", path);
            }

            var fits = (int)Math.Min(count, disk.bytesLeft);
            inner.Write(buffer, offset, fits);
            inner.Flush();
            disk.bytesLeft -= fits;
            if (fits < count)
            {
                throw new IOException("No space left on device");
            }
        }

        public override void Flush() => inner.Flush();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                inner.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
