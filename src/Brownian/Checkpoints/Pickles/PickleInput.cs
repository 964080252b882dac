using System.Buffers.Binary;
using System.Text;

namespace Brownian.Checkpoints;

/// <summary>The bytes of a pickle, read forwards, with errors that name the place.</summary>
internal sealed class PickleInput(MappedFile file, long begin, long end)
{
    private const int MaxLine = 4096;

    /// <summary>Where the next byte is, counted from the start of the file.</summary>
    public long Position { get; private set; } = begin;

    /// <summary>How many bytes are left.</summary>
    public long Left => end - Position;

    public byte Byte() => Take(1)[0];

    public int UInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(2));

    public int Int32() => BinaryPrimitives.ReadInt32LittleEndian(Take(4));

    public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    public long Int64() => BinaryPrimitives.ReadInt64LittleEndian(Take(8));

    public double BigEndianDouble() => BinaryPrimitives.ReadDoubleBigEndian(Take(8));

    /// <summary>The next bytes.</summary>
    /// <exception cref="CheckpointFormatException">There are not so many.</exception>
    public ReadOnlySpan<byte> Take(long count)
    {
        if (count < 0 || count > Left || count > int.MaxValue)
        {
            throw Bad($"expected {count} bytes, but {Left} follow");
        }

        var bytes = file.Span(Position, (int)count);
        Position += count;
        return bytes;
    }

    /// <summary>Passes over bytes, which <see cref="Left"/> says are there.</summary>
    public void Skip(long count) => Position += count;

    public string Utf8(long count) => Encoding.UTF8.GetString(Take(count));

    /// <summary>The text up to the next line break, which is read too.</summary>
    public string Line()
    {
        var bytes = file.Span(Position, (int)Math.Min(Left, MaxLine));
        var length = bytes.IndexOf((byte)'\n');
        if (length < 0)
        {
            throw Bad($"expected a line of at most {MaxLine} bytes");
        }

        Position += length + 1;
        return Encoding.UTF8.GetString(bytes[..length]);
    }

    public CheckpointFormatException Bad(string problem, string? key = null) =>
        new(file.Path, problem, "The file is damaged or not a checkpoint: fetch or write it again.", key, Position);

    /// <summary>What is not known to be harmless, by its name.</summary>
    public CheckpointFormatException Refused(string name) => new(
        file.Path, $"the pickle asks for '{name}', which is no tensor, number or container: it is refused, and nothing of the file was executed",
        "If you trust the file, load it in Python and save only its weights: safetensors.torch.save_file(model.state_dict(), …).", name, Position);
}
