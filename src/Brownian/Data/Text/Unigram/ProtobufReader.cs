using System.Buffers.Binary;
using System.Text;

namespace Brownian.Data.Text;

/// <summary>Reads Protocol Buffers' wire format: fields one after the other, each a number and a value.</summary>
/// <param name="bytes">One message.</param>
internal ref struct ProtobufReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> left = bytes;
    private ReadOnlySpan<byte> content;
    private ulong number;

    /// <summary>The number of the field that was read last.</summary>
    public int Field { get; private set; }

    /// <summary>The bytes of the field: a text, or a message in the message.</summary>
    public readonly ReadOnlySpan<byte> Bytes => content;

    /// <summary>The text of the field.</summary>
    public readonly string Text => Encoding.UTF8.GetString(content);

    /// <summary>The whole number of the field.</summary>
    public readonly long Number => (long)number;

    /// <summary>The real number of the field.</summary>
    public readonly float Single => content.Length == 4 ? BinaryPrimitives.ReadSingleLittleEndian(content) : throw Damaged();

    /// <summary>Reads the next field; false at the end.</summary>
    /// <exception cref="InvalidDataException">The message is cut off, or is none.</exception>
    public bool Next()
    {
        if (left.IsEmpty)
        {
            return false;
        }

        var key = Varint();
        Field = (int)(key >> 3);
        content = default;
        number = 0;
        switch (key & 7)
        {
            case 0: number = Varint(); break;
            case 1: content = Take(8); break;
            case 2: content = Take(Varint()); break;
            case 5: content = Take(4); break;
            default: throw Damaged();
        }

        return true;
    }

    private ulong Varint()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = Take(1)[0];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw Damaged();
    }

    private ReadOnlySpan<byte> Take(ulong count)
    {
        if (count > (ulong)left.Length)
        {
            throw Damaged();
        }

        var taken = left[..(int)count];
        left = left[(int)count..];
        return taken;
    }

    private static InvalidDataException Damaged() => new("the message is cut off, or is none of Protocol Buffers.");
}
