using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using Brownian.Runtime;
using static TorchSharp.torch;

namespace Brownian.Checkpoints;

/// <summary>A file's bytes in memory without reading them first: pages come from the disk when they are touched, and are shared by programs.</summary>
/// <remarks>
/// Safe to read from several threads. Writers of this library replace files by renaming, so that a mapping stays valid; a program that
/// shortens a mapped file in place is noticed before each read, but not by tensors that share the file's memory (<see cref="Share"/>).
/// </remarks>
internal sealed unsafe partial class MappedFile : IDisposable
{
    private const string Damaged = "The file is damaged: fetch or write it again.";

    private readonly FileStream? stream;
    private readonly MemoryMappedFile? map;
    private readonly MemoryMappedViewAccessor? view;
    private readonly byte* start;
    private readonly Lock gate = new();
    private Tensor? shared;
    private bool disposed;

    private MappedFile(string path, FileStream stream)
    {
        Path = path;
        this.stream = stream;
        Length = stream.Length;
        if (Length > 0)
        {
            map = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
            view = map.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
            view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
            start += view.PointerOffset;
        }
    }

    private MappedFile(string path, long length)
    {
        Path = path;
        Length = length;
        start = (byte*)NativeMemory.AlignedAlloc((nuint)Math.Max(length, 1), 64);
    }

    /// <summary>The path as it was given.</summary>
    public string Path { get; }

    /// <summary>The size in bytes.</summary>
    public long Length { get; }

    /// <summary>Opens a file.</summary>
    /// <exception cref="FileNotFoundException">It does not exist.</exception>
    public static MappedFile Open(string path)
    {
        // FileShare.Delete: a writer may replace the file by renaming while it is open here.
        var opened = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        try
        {
            return new(path, opened);
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    /// <summary>Bytes that are in memory already, under the name of the file that they came from.</summary>
    public static MappedFile Of(string path, ReadOnlySpan<byte> content)
    {
        var file = new MappedFile(path, content.Length);
        content.CopyTo(new Span<byte>(file.start, content.Length));
        return file;
    }

    /// <summary>The first bytes of a stream, which must be all of them if it is read <paramref name="toTheEnd"/>.</summary>
    /// <exception cref="CheckpointFormatException">It holds more or fewer, or cannot be decompressed.</exception>
    public static MappedFile Of(string path, Stream content, long length, string key, bool toTheEnd = true)
    {
        var file = new MappedFile(path, length);
        try
        {
            var at = 0L;
            while (at < length && content.Read(new Span<byte>(file.start + at, (int)Math.Min(length - at, 1 << 20))) is > 0 and var read)
            {
                at += read;
            }

            return at == length && (!toTheEnd || content.ReadByte() < 0)
                ? file
                : throw new CheckpointFormatException(path, $"expected {length} bytes when unpacked, got {(at < length ? $"{at}" : "more")}", Damaged, key);
        }
        catch (InvalidDataException e)
        {
            file.Dispose();
            throw new CheckpointFormatException(path, $"it cannot be unpacked ({e.Message})", Damaged, key, inner: e);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>The bytes from <paramref name="offset"/> on.</summary>
    /// <exception cref="CheckpointFormatException">The file ends before.</exception>
    public ReadOnlySpan<byte> Span(long offset, int length, string? key = null) => new(At(offset, length, key), length);

    /// <summary>The address of bytes that are surely there.</summary>
    /// <exception cref="CheckpointFormatException">The file ends before, or is shorter than when it was opened.</exception>
    public byte* At(long offset, long length, string? key = null)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        if (offset < 0 || length < 0 || offset > Length - length)
        {
            throw new CheckpointFormatException(
                Path, $"expected {length} bytes, but the file ends at {Length}", "The file is truncated: fetch or write it again.", key, offset);
        }

        // Touching a mapped page beyond the end of a file kills the process (SIGBUS).
        if (stream is not null && RandomAccess.GetLength(stream.SafeFileHandle) < Length)
        {
            throw new CheckpointFormatException(
                Path, $"the file had {Length} bytes when it was opened and is shorter now", "Another program is writing it: try again when it is done.", key);
        }

        return start + offset;
    }

    /// <summary>
    /// The same numbers as <paramref name="borrowed"/>, which lies in this file's memory, in a tensor that may outlive the file and may be written: the
    /// pages stay the file's, those of the page cache, until they are written, and then become the tensor's own. Null where that cannot be.
    /// </summary>
    /// <param name="borrowed">Contiguous numbers in this mapping, or anything else, which gives null.</param>
    public Tensor? Share(Tensor borrowed)
    {
        var (at, bytes) = ((byte*)Aten.Ptr(borrowed) - start, borrowed.numel() * borrowed.element_size());
        if (stream is null || at < 0 || at > Length - bytes || at % borrowed.element_size() != 0 || !borrowed.is_contiguous())
        {
            return null;
        }

        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            if ((shared ??= OwnMapping()) is not { } whole)
            {
                return null;
            }

            using var part = whole.narrow(0, at, bytes);
            using var numbers = MemoryLayout.Reinterpreted(part, borrowed.dtype);
            return numbers.view(borrowed.shape);
        }
    }

    /// <summary>A stream over a part of the file.</summary>
    /// <exception cref="CheckpointFormatException">The file ends before.</exception>
    public Stream Stream(long offset, long length, string? key = null) => new UnmanagedMemoryStream(At(offset, length, key), length);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (disposed)
        {
            return;
        }

        disposed = true;
        shared?.Dispose();
        if (stream is null)
        {
            NativeMemory.AlignedFree(start);
            return;
        }

        if (view is not null)
        {
            view.SafeMemoryMappedViewHandle.ReleasePointer();
            view.Dispose();
            map!.Dispose();
        }

        stream.Dispose();
    }

    // libtorch's own mapping, private and writable, which lives as long as a tensor in it. By the descriptor: the name may be another file's by now.
    // Windows does not let go of a mapped file's name, so that nobody could replace it.
    private Tensor? OwnMapping()
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        try
        {
            var whole = from_file($"/proc/self/fd/{stream!.SafeFileHandle.DangerousGetHandle()}", shared: false, size: Length, dtype: ScalarType.Byte);
            _ = madvise(Aten.Ptr(whole), (nuint)Length, WillNeed);
            return whole.DetachFromDisposeScope();
        }
        catch (ExternalException)
        {
            // No /proc, a file system without mappings, or a file that has just shrunk, which copying then reports.
            return null;
        }
    }

    private const int WillNeed = 3;

    [LibraryImport("libc")]
    private static partial int madvise(nint address, nuint length, int advice);
}
