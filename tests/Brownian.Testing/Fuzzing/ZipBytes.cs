using System.IO.Compression;
using System.Text;

namespace Brownian.Testing.Fuzzing;

/// <summary>Writes zip archives plainly and fast, without checksums, which readers of weights do not ask for.</summary>
public sealed class ZipBytes
{
    private readonly MemoryStream data = new(), directory = new();
    private ushort count;

    /// <summary>Adds a file.</summary>
    public void Add(string name, byte[] bytes, bool isPacked = false)
    {
        var (begin, path, packed) = (data.Length, Encoding.UTF8.GetBytes(name), isPacked ? Pack(bytes) : bytes);
        using (var header = new BinaryWriter(data, Encoding.UTF8, leaveOpen: true))
        {
            header.Write("PK\x03\x04"u8);
            Describe(header, bytes, packed, path, isPacked);
            header.Write(path);
            header.Write(packed);
        }

        using var entry = new BinaryWriter(directory, Encoding.UTF8, leaveOpen: true);
        entry.Write("PK\x01\x02"u8);
        entry.Write((ushort)20);
        Describe(entry, bytes, packed, path, isPacked);
        entry.Write(new byte[10]);
        entry.Write((uint)begin);
        entry.Write(path);
        count++;
    }

    /// <summary>The archive.</summary>
    public byte[] ToArray()
    {
        var (begin, length) = ((uint)data.Length, (uint)directory.Length);
        directory.WriteTo(data);
        using (var end = new BinaryWriter(data, Encoding.UTF8, leaveOpen: true))
        {
            end.Write("PK\x05\x06"u8);
            end.Write(0);
            end.Write(count);
            end.Write(count);
            end.Write(length);
            end.Write(begin);
            end.Write((ushort)0);
        }

        return data.ToArray();
    }

    // Version, flags, method, time, checksum, sizes, lengths of name and extra field.
    private static void Describe(BinaryWriter writer, byte[] bytes, byte[] packed, byte[] path, bool isPacked)
    {
        writer.Write((ushort)20);
        writer.Write((ushort)0);
        writer.Write((ushort)(isPacked ? 8 : 0));
        writer.Write(0);
        writer.Write(0);
        writer.Write((uint)packed.Length);
        writer.Write((uint)bytes.Length);
        writer.Write((ushort)path.Length);
        writer.Write((ushort)0);
    }

    private static byte[] Pack(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var deflate = new DeflateStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            deflate.Write(bytes);
        }

        return packed.ToArray();
    }
}
