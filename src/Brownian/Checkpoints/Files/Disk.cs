using System.Runtime.InteropServices;

namespace Brownian.Checkpoints;

/// <summary>The operations that durable writing is made of: a seam, so that tests can fail or stop at any of them.</summary>
internal partial class Disk
{
    public static Disk Real { get; } = new();

    /// <summary>Creates a file that nobody else may open for writing while it is (an advisory lock that the kernel frees with the process).</summary>
    public virtual Stream Create(string path) => new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16);

    /// <summary>Brings a file's bytes to the device and closes it.</summary>
    public virtual void Close(Stream stream)
    {
        if (stream is FileStream file)
        {
            file.Flush(flushToDisk: true);
        }

        stream.Dispose();
    }

    /// <summary>Brings the bytes of a file that is already closed to the device.</summary>
    public virtual void SyncFile(string path)
    {
        using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        RandomAccess.FlushToDisk(handle);
    }

    public virtual void CreateDirectory(string path) => Directory.CreateDirectory(path);

    /// <summary>Puts a file in the place of another, at once.</summary>
    public virtual void ReplaceFile(string from, string to) => File.Move(from, to, overwrite: true);

    /// <summary>Renames a folder to a name that is free.</summary>
    public virtual void RenameDirectory(string from, string to) => Directory.Move(from, to);

    public virtual void DeleteFile(string path) => File.Delete(path);

    public virtual void DeleteDirectory(string path) => Directory.Delete(path, recursive: true);

    /// <summary>Makes the names in a folder durable. Only Unix needs it, and .NET has no call for it.</summary>
    public virtual void SyncDirectory(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var descriptor = open(path, 0);
        if (descriptor >= 0)
        {
            // Some network file systems refuse to sync folders; the files themselves are safe.
            _ = fsync(descriptor);
            _ = close(descriptor);
        }
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc")]
    private static partial int fsync(int descriptor);

    [LibraryImport("libc")]
    private static partial int close(int descriptor);
}
