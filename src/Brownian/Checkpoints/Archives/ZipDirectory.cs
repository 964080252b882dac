using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Brownian.Checkpoints;

/// <summary>
/// The directory of a zip archive (PKWARE's APPNOTE 6.3, Zip64 included): which files it has and where their bytes lie, so that those that
/// are stored can be mapped. Everything is checked against the archive's length.
/// </summary>
internal sealed class ZipDirectory
{
    private const uint EndMark = 0x06054b50, End64Mark = 0x06064b50, Locator64Mark = 0x07064b50, EntryMark = 0x02014b50, HeaderMark = 0x04034b50;
    private const int EndBytes = 22, MaxComment = 65535, MaxEntries = 1 << 20;

    // Deflate cannot pack denser: what claims to is a bomb.
    private const long MaxRatio = 1032;

    private readonly MappedFile file;
    private readonly Dictionary<string, ZipEntry> entries = new(StringComparer.Ordinal);

    private ZipDirectory(MappedFile file) => this.file = file;

    /// <summary>The files in the order of the directory.</summary>
    public IReadOnlyList<ZipEntry> Entries { get; private set; } = [];

    /// <summary>The archive.</summary>
    public MappedFile File => file;

    /// <summary>Reads the directory.</summary>
    /// <exception cref="CheckpointFormatException">It is damaged.</exception>
    public static ZipDirectory Read(MappedFile file)
    {
        var directory = new ZipDirectory(file);
        var (at, count, bytes) = directory.FindDirectory();
        var found = new List<ZipEntry>();
        for (var end = at + bytes; found.Count < count;)
        {
            var (entry, next) = directory.ReadEntry(at, end);
            if (!directory.entries.TryAdd(entry.Name, entry))
            {
                throw directory.Bad("the name appears twice", at, entry.Name);
            }

            found.Add(entry);
            at = next;
        }

        directory.Entries = found;
        return directory;
    }

    /// <summary>The file of this name, or null.</summary>
    public ZipEntry? Find(string name) => entries.GetValueOrDefault(name);

    /// <summary>Where the bytes of a file begin.</summary>
    /// <exception cref="CheckpointFormatException">They do not lie within the archive.</exception>
    public long DataOf(ZipEntry entry)
    {
        var header = file.Span(entry.Header, 30, entry.Name);
        if (U32(header) != HeaderMark)
        {
            throw Bad("no header of a file is where the archive's directory says", entry.Header, entry.Name);
        }

        var data = entry.Header + 30 + U16(header[26..]) + U16(header[28..]);
        return data <= file.Length - entry.PackedBytes
            ? data
            : throw new CheckpointFormatException(
                file.Path, $"its data ends at byte {data + entry.PackedBytes}, but the file ends at {file.Length}", "The file is truncated: fetch or write it again.",
                entry.Name, entry.Header);
    }

    /// <summary>A stored file where it lies, a compressed one unpacked; the caller disposes <c>Bytes</c> if it is not the archive itself.</summary>
    public (MappedFile Bytes, long Begin) Open(ZipEntry entry)
    {
        var data = DataOf(entry);
        if (entry.IsStored)
        {
            return (file, data);
        }

        using var inflate = new DeflateStream(file.Stream(data, entry.PackedBytes, entry.Name), CompressionMode.Decompress);
        return (MappedFile.Of(file.Path, inflate, entry.Bytes, entry.Name), 0);
    }

    /// <summary>The first bytes of a file, at most so many; the caller disposes <c>Bytes</c> if it is not the archive itself.</summary>
    public (MappedFile Bytes, long Begin) OpenStart(ZipEntry entry, long most)
    {
        if (entry.IsStored || entry.Bytes <= most)
        {
            return Open(entry);
        }

        using var inflate = new DeflateStream(file.Stream(DataOf(entry), entry.PackedBytes, entry.Name), CompressionMode.Decompress);
        return (MappedFile.Of(file.Path, inflate, most, entry.Name, toTheEnd: false), 0);
    }

    private (long At, long Count, long Bytes) FindDirectory()
    {
        var tail = (int)Math.Min(file.Length, EndBytes + MaxComment);
        var bytes = file.Span(file.Length - tail, tail);
        for (var i = tail - EndBytes; i >= 0; i--)
        {
            if (U32(bytes[i..]) == EndMark && U16(bytes[(i + 20)..]) == tail - i - EndBytes)
            {
                return CheckedDirectory(file.Length - tail + i, bytes.Slice(i, EndBytes));
            }
        }

        throw new CheckpointFormatException(
            file.Path, "a zip archive without its directory, which stands at the end", "The file is truncated: fetch or write it again.", offset: file.Length);
    }

    private (long At, long Count, long Bytes) CheckedDirectory(long end, ReadOnlySpan<byte> record)
    {
        (long At, long Count, long Bytes) found = (U32(record[16..]), U16(record[10..]), U32(record[12..]));
        if (found.At == uint.MaxValue || found.Count == ushort.MaxValue || found.Bytes == uint.MaxValue)
        {
            found = In64(end) ?? found;
        }

        return found.At < 0 || found.Bytes < 0 || found.At > end - found.Bytes || found.Count is < 0 or > MaxEntries
            ? throw Bad($"its directory of {found.Count} files and {found.Bytes} bytes at {found.At} does not fit the archive", end)
            : found;
    }

    // The record of large archives, to which a locator before the end points.
    private (long At, long Count, long Bytes)? In64(long end)
    {
        var locator = file.Span(Math.Max(end - 20, 0), 20);
        if (U32(locator) != Locator64Mark)
        {
            return null;
        }

        var at = I64(locator[8..]);
        var record = file.Span(at >= 0 && at <= end - 56 ? at : 0, Math.Min(56, (int)Math.Min(end, 56)));
        if (U32(record) != End64Mark || record.Length < 56)
        {
            throw Bad("its Zip64 record is not where it should be", end - 20);
        }

        return (I64(record[48..]), I64(record[32..]), I64(record[40..]));
    }

    private (ZipEntry Entry, long Next) ReadEntry(long at, long end)
    {
        var record = at > end - 46 ? default : file.Span(at, 46);
        if (record.IsEmpty || U32(record) != EntryMark)
        {
            throw Bad("its directory is damaged", at);
        }

        int nameBytes = U16(record[28..]), extraBytes = U16(record[30..]), commentBytes = U16(record[32..]);
        var next = at + 46 + nameBytes + extraBytes + commentBytes;
        if (next > end)
        {
            throw Bad("its directory is damaged", at);
        }

        var name = Encoding.UTF8.GetString(file.Span(at + 46, nameBytes));
        long packed = U32(record[20..]), bytes = U32(record[24..]), header = U32(record[42..]);
        Widen(file.Span(at + 46 + nameBytes, extraBytes), ref bytes, ref packed, ref header);
        var entry = new ZipEntry(name, U16(record[10..]), packed, bytes, header);
        return Problem(entry, U16(record[8..])) is { } problem ? throw Bad(problem, at, name) : (entry, next);
    }

    private string? Problem(ZipEntry entry, int flags) =>
        (flags & 1) != 0 ? "it is encrypted"
        : entry.Method is not (0 or 8) ? $"it is packed by method {entry.Method}; stored (0) and deflated (8) are read"
        : entry.PackedBytes < 0 || entry.Bytes < 0 || entry.Header < 0 || entry.Header > file.Length - 30 || entry.PackedBytes > file.Length ? "its place is outside of the archive"
        : entry.IsStored ? (entry.Bytes == entry.PackedBytes ? null : $"it is stored in {entry.PackedBytes} bytes, but has {entry.Bytes}")
        : entry.Bytes / MaxRatio > entry.PackedBytes ? $"{entry.PackedBytes} bytes cannot unpack to {entry.Bytes}"
        : null;

    // Sizes of 4 GiB and more stand in an extra field.
    private static void Widen(ReadOnlySpan<byte> extra, ref long bytes, ref long packed, ref long header)
    {
        while (extra.Length >= 4)
        {
            int id = U16(extra), size = Math.Min(U16(extra[2..]), extra.Length - 4);
            if (id == 1)
            {
                var wide = extra.Slice(4, size);
                bytes = Take(ref wide, bytes);
                packed = Take(ref wide, packed);
                header = Take(ref wide, header);
                return;
            }

            extra = extra[(4 + size)..];
        }

        static long Take(ref ReadOnlySpan<byte> wide, long narrow)
        {
            if (narrow != uint.MaxValue || wide.Length < 8)
            {
                return narrow;
            }

            var value = I64(wide);
            wide = wide[8..];
            return value;
        }
    }

    private CheckpointFormatException Bad(string problem, long offset, string? key = null) =>
        new(file.Path, problem, "The archive is damaged: fetch or write it again.", key, offset);

    private static int U16(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt16LittleEndian(bytes);

    private static uint U32(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt32LittleEndian(bytes);

    private static long I64(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadInt64LittleEndian(bytes);
}
