using System.IO.MemoryMappedFiles;
using Brownian.Runtime;
using static TorchSharp.torch;

namespace Brownian.Checkpoints;

/// <summary>
/// A safetensors file, memory-mapped. Every byte range is checked on opening: a file that is truncated, oversized, or has overlapping,
/// gapped, duplicate or overflowing entries is refused. Nothing in it is executed.
/// </summary>
/// <remarks>
/// Safe to read from several threads. Writers of this library replace files by renaming, so that a mapping stays valid; a program that
/// shortens a mapped file in place is noticed before each read.
/// </remarks>
public sealed unsafe class SafetensorsFile : IDisposable
{
    private readonly SafetensorsHeader header;
    private readonly FileStream stream;
    private readonly MemoryMappedFile map;
    private readonly MemoryMappedViewAccessor view;
    private readonly byte* start;
    private bool disposed;

    private SafetensorsFile(string path, FileStream stream)
    {
        Path = path;
        this.stream = stream;
        Length = stream.Length;
        Span<byte> prefix = stackalloc byte[8];
        var json = SafetensorsHeader.JsonLength(prefix[..RandomAccess.Read(stream.SafeFileHandle, prefix, 0)], Length, path);
        map = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        view = map.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        start += view.PointerOffset;
        try
        {
            header = SafetensorsHeader.Parse(new ReadOnlySpan<byte>(start + 8, (int)json), Length, path);
        }
        catch
        {
            Unmap();
            throw;
        }
    }

    /// <summary>The path as it was given.</summary>
    public string Path { get; }

    /// <summary>The file's size in bytes.</summary>
    public long Length { get; }

    /// <summary>The names of the tensors, in the order of their bytes.</summary>
    public IReadOnlyList<string> Keys => header.Keys;

    /// <summary>The file's own notes, such as "format".</summary>
    public IReadOnlyDictionary<string, string> Metadata => header.Metadata;

    /// <summary>The number of elements of all tensors together.</summary>
    public long ElementCount => header.Entries.Values.Sum(e => e.Count);

    /// <summary>Opens and checks a file.</summary>
    /// <exception cref="CheckpointFormatException">It is not a sound safetensors file.</exception>
    /// <exception cref="FileNotFoundException">It does not exist.</exception>
    public static SafetensorsFile Open(string path)
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

    /// <summary>Whether the file has a tensor of this name.</summary>
    public bool Contains(string key) => header.Entries.ContainsKey(key);

    /// <summary>Type, shape and place of a tensor, without reading it.</summary>
    /// <exception cref="MissingWeightException">The file has no such key.</exception>
    public SafetensorsEntry Info(string key) => header.Entries.TryGetValue(key, out var entry)
        ? entry
        : throw new MissingWeightException(Path, [key], [], Keys);

    /// <summary>Reads a tensor into memory of its own, on the CPU, in the file's type. The caller owns it.</summary>
    /// <exception cref="MissingWeightException">The file has no such key.</exception>
    /// <exception cref="CheckpointFormatException">The engine has no tensors of its type (U16, U32, U64, F8), or the file has shrunk.</exception>
    public Tensor Read(string key)
    {
        var entry = Info(key);
        var bytes = Bytes(entry);
        if (entry.Type.ScalarType is not { } type)
        {
            var readable = string.Join(", ", SafetensorsType.All.Where(t => t.ScalarType is not null).Select(t => t.Name));
            throw new CheckpointFormatException(
                Path, $"there are no tensors of type {entry.Type.Name}; readable are {readable}", "Convert the file to one of them first.", key, entry.Begin);
        }

        var tensor = empty([.. entry.Shape], dtype: type);
        if (entry.Bytes > 0)
        {
            Buffer.MemoryCopy(bytes, (void*)Aten.Ptr(tensor), entry.Bytes, entry.Bytes);
        }

        return tensor;
    }

    /// <summary>Reads a tensor and converts it. The caller owns it.</summary>
    /// <inheritdoc cref="Read(string)"/>
    public Tensor Read(string key, ScalarType type)
    {
        var raw = Read(key);
        if (raw.dtype == type)
        {
            return raw;
        }

        using (raw)
        {
            return raw.to_type(type);
        }
    }

    /// <summary>Whether two tensors have the same type and bytes.</summary>
    internal bool SameBytes(string first, string second)
    {
        var (a, b) = (Info(first), Info(second));
        return a.Type == b.Type && a.Bytes == b.Bytes && a.Bytes <= int.MaxValue
            && new ReadOnlySpan<byte>(Bytes(a), (int)a.Bytes).SequenceEqual(new ReadOnlySpan<byte>(Bytes(b), (int)b.Bytes));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!disposed)
        {
            disposed = true;
            Unmap();
            stream.Dispose();
        }
    }

    private byte* Bytes(SafetensorsEntry entry)
    {
        ObjectDisposedException.ThrowIf(disposed, this);

        // Touching a mapped page beyond the end of a file kills the process (SIGBUS).
        if (RandomAccess.GetLength(stream.SafeFileHandle) < Length)
        {
            throw new CheckpointFormatException(
                Path, $"the file had {Length} bytes when it was opened and is shorter now", "Another program is writing it: try again when it is done.", entry.Name);
        }

        return start + entry.Begin;
    }

    private void Unmap()
    {
        view.SafeMemoryMappedViewHandle.ReleasePointer();
        view.Dispose();
        map.Dispose();
    }
}
