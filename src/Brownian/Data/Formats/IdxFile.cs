using System.Buffers.Binary;
using System.IO.Compression;

namespace Brownian.Data.Formats;

/// <summary>The IDX format of MNIST: two zero bytes, the type (8: unsigned byte), the number of dimensions, the dimensions big-endian, the data.</summary>
internal static class IdxFile
{
    private const long LargestData = 8L << 30;

    /// <summary>Reads a file, gzipped when its first bytes say so.</summary>
    /// <exception cref="InvalidDataException">Not an IDX file of bytes with <paramref name="rank"/> dimensions, or too short.</exception>
    public static (int[] Shape, byte[] Data) Read(string path, int rank)
    {
        using var file = File.OpenRead(path);
        using var stream = IsGzip(file) ? new GZipStream(file, CompressionMode.Decompress) : (Stream)file;
        try
        {
            return Read(stream, path, rank);
        }
        catch (EndOfStreamException end)
        {
            throw new InvalidDataException($"{path} is truncated: it holds fewer bytes than its header says.", end);
        }
    }

    private static (int[] Shape, byte[] Data) Read(Stream stream, string path, int rank)
    {
        Span<byte> header = stackalloc byte[4 + 4 * rank];
        stream.ReadExactly(header[..4]);
        if (header[0] != 0 || header[1] != 0 || header[2] != 8 || header[3] != rank)
        {
            throw new InvalidDataException($"{path}: expected an IDX file of bytes with {rank} dimension(s), magic 0000080{rank}; got {Convert.ToHexStringLower(header[..4])}.");
        }

        stream.ReadExactly(header[4..]);
        var shape = new int[rank];
        var size = 1L;
        for (var i = 0; i < rank; i++)
        {
            shape[i] = BinaryPrimitives.ReadInt32BigEndian(header[(4 + 4 * i)..]);
            size = shape[i] > 0 && size < LargestData ? size * shape[i] : LargestData + 1;
        }

        if (size > Math.Min(LargestData, Array.MaxLength))
        {
            throw new InvalidDataException($"{path}: unreasonable dimensions [{string.Join(", ", shape)}].");
        }

        var data = GC.AllocateUninitializedArray<byte>((int)size);
        stream.ReadExactly(data);
        return (shape, data);
    }

    private static bool IsGzip(FileStream file)
    {
        var gzip = file.ReadByte() == 0x1F && file.ReadByte() == 0x8B;
        file.Position = 0;
        return gzip;
    }
}
