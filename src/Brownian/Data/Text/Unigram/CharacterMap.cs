using System.Runtime.InteropServices;
using System.Text;

namespace Brownian.Data.Text;

/// <summary>
/// SentencePiece's table of what stands for which characters (NFKC and more): a double-array trie over UTF-8 bytes (Aoe 1989, in the packing of Darts-clone), and
/// the texts that it points to.
/// </summary>
internal sealed class CharacterMap
{
    private readonly uint[] units;
    private readonly byte[] texts;

    private CharacterMap(uint[] units, byte[] texts) => (this.units, this.texts) = (units, texts);

    /// <summary>Reads the table: the trie's size in bytes, the trie, the texts, each ended by a zero. Null for an empty one, which maps nothing.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static CharacterMap? Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return null;
        }

        var size = bytes.Length < 4 ? uint.MaxValue : BitConverter.ToUInt32(bytes);
        return size <= bytes.Length - 4 && size % 4 == 0 && size > 0
            ? new(MemoryMarshal.Cast<byte, uint>(bytes.Slice(4, (int)size)).ToArray(), bytes[(4 + (int)size)..].ToArray())
            : throw new InvalidDataException("the table of characters is cut off.");
    }

    /// <summary>What stands for the start of a text: the longest entry's, and how many bytes it is for; null if no entry fits.</summary>
    public (string Text, int Length)? Replace(ReadOnlySpan<byte> text)
    {
        (uint At, int Length)? found = null;
        var node = Offset(units[0]);
        for (var i = 0; i < text.Length; i++)
        {
            node ^= text[i];
            if (node >= units.Length || (units[node] & 0x8000_00FF) != text[i])
            {
                break;
            }

            var unit = units[node];
            node ^= Offset(unit);
            if ((unit >> 8 & 1) != 0 && node < units.Length)
            {
                found = (units[node] & 0x7FFF_FFFF, i + 1);
            }
        }

        return found is var (at, length) ? (TextAt(at), length) : null;
    }

    private static uint Offset(uint unit) => (unit >> 10) << (int)((unit & 0x200) >> 6);

    private string TextAt(uint at)
    {
        var rest = at < texts.Length ? texts.AsSpan((int)at) : throw new InvalidDataException("the table of characters points out of itself.");
        var end = rest.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? rest : rest[..end]);
    }
}
