using System.Buffers.Binary;
using System.Text;

namespace Brownian.Testing.Fuzzing;

/// <summary>Changes sound files so that readers are led astray: bits and bytes, lengths, opcodes and names of pickles, pieces of other files.</summary>
public static class Mutator
{
    /// <summary>What stands in files where readers decide something.</summary>
    private static readonly byte[][] Fragments =
    [
        .. ((string[])
        [
            "{", "}", "[", "]", ",", ":", "\"", "\\u0000", "null", "-1", "1e9", "18446744073709551616", "4611686018427387904", "\"dtype\"", "\"F32\"", "\"shape\"",
            "\"data_offsets\"", "__metadata__", "[0,0]", "'descr'", "'<f4'", "'>f8'", "'|O'", "'fortran_order'", "True", "(9223372036854775807,)", "(-1,)", "cposix\nsystem\n",
            "cbuiltins\neval\n", "ctorch._utils\n_rebuild_tensor_v2\n", "ctorch\nFloatStorage\n", "ctorch\nByteStorage\n", "ccollections\nOrderedDict\n", "cnumpy\ndtype\n",
            "cnumpy.core.multiarray\n_reconstruct\n", "c_codecs\nencode\n", "ccopyreg\n_reconstructor\n", "cargparse\nNamespace\n", "cbuiltins\nset\n", "cbuiltins\nobject\n", "storage",
        ]).Select(Encoding.UTF8.GetBytes),
        "PK\x01\x02"u8.ToArray(), "PK\x03\x04"u8.ToArray(), "PK\x05\x06"u8.ToArray(), "PK\x06\x06"u8.ToArray(), "PK\x06\x07"u8.ToArray(),
        [0x80, 2], [0x80, 4, 0x95], [0x8a, 255], [0x8b, 0xff, 0xff, 0xff, 0x7f], [0x8d, 0, 0, 0, 0, 0, 0, 0, 0x80], [0x8e, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0],
        [0x94], [0x93], [0x92], [0x81], [0x85], [0x86], [0x87], [0x88], [(byte)'('], [(byte)')'], [(byte)']'], [(byte)'}'], [(byte)'t'], [(byte)'R'], [(byte)'b'],
        [(byte)'Q'], [(byte)'u'], [(byte)'s'], [(byte)'e'], [(byte)'a'], [(byte)'0'], [(byte)'2'], [(byte)'.'], [(byte)'h', 0], [(byte)'h', 5], [(byte)'q', 0],
        [(byte)'J', 0xff, 0xff, 0xff, 0xff], [(byte)'M', 0xff, 0xff], [(byte)'K', 64], [(byte)'T', 0xff, 0xff, 0xff, 0x7f],
    ];

    private static readonly ulong[] Numbers = [0, 1, 0x7f, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff, long.MaxValue, 1UL << 63, ulong.MaxValue];

    /// <summary>One to four changes of a file; <paramref name="other"/> lends pieces.</summary>
    public static byte[] Change(byte[] bytes, byte[] other, RandomStream random)
    {
        var list = new List<byte>(bytes);
        for (var n = 1 + random.NextInt(4); n > 0 && list.Count > 0; n--)
        {
            ChangeOnce(list, other, random);
        }

        return [.. list];
    }

    /// <summary>A zip archive with one file changed, and that is sound itself: so that changes reach what is in it.</summary>
    public static byte[] ChangeInside(IReadOnlyList<(string Name, byte[] Bytes)> files, byte[] other, RandomStream random)
    {
        var chosen = random.NextInt(2) == 0 ? 0 : random.NextInt(files.Count);
        var archive = new ZipBytes();
        foreach (var (i, (name, bytes)) in files.Index())
        {
            archive.Add(name, i == chosen ? Change(bytes, other, random) : bytes, isPacked: random.NextInt(100) == 0);
        }

        return archive.ToArray();
    }

    private static void ChangeOnce(List<byte> list, byte[] other, RandomStream random)
    {
        var at = random.NextInt(list.Count);
        switch (random.NextInt(9))
        {
            case 0:
                list[at] = (byte)random.NextInt(256);
                break;
            case 1:
                list[at] ^= (byte)(1 << random.NextInt(8));
                break;
            case 2:
                list.RemoveRange(at, Math.Min(list.Count - at, 1 + random.NextInt(8)));
                break;
            case 3:
                list.InsertRange(at, Fragments[random.NextInt(Fragments.Length)]);
                break;
            case 4:
                Overwrite(list, at, Fragments[random.NextInt(Fragments.Length)]);
                break;
            case 5:
                var piece = random.NextInt(other.Length);
                list.InsertRange(at, other.AsSpan(piece, Math.Min(other.Length - piece, 1 + random.NextInt(80))).ToArray());
                break;
            case 6 when random.NextInt(4) == 0:
                list.RemoveRange(at, list.Count - at);
                break;
            case 7:
                var start = random.NextInt(list.Count);
                list.InsertRange(at, list.GetRange(start, Math.Min(list.Count - start, 1 + random.NextInt(60))));
                break;
            default:
                Span<byte> number = stackalloc byte[8];
                BinaryPrimitives.WriteUInt64LittleEndian(number, Numbers[random.NextInt(Numbers.Length)]);
                Overwrite(list, at, number[..(1 << random.NextInt(4))]);
                break;
        }
    }

    private static void Overwrite(List<byte> list, int at, ReadOnlySpan<byte> bytes)
    {
        for (var i = 0; i < bytes.Length && at + i < list.Count; i++)
        {
            list[at + i] = bytes[i];
        }
    }
}
