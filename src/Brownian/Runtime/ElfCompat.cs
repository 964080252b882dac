using System.Buffers.Binary;
using System.Text;

namespace Brownian.Runtime;

/// <summary>
/// Relaxes the libstdc++ version requirements of an x86-64 ELF shared object, in memory, so that a library
/// linked against a newer GCC runs on an older libstdc++ when it needs nothing from the newer one but a marker.
/// Works from PT_DYNAMIC only (no section headers needed) and changes nothing but three fields:
/// vernaux.vna_flags, sym.st_info of one marker symbol, and versym entries listed in <see cref="Downgrades"/>.
/// </summary>
internal static class ElfCompat
{
    // GCC 13 added this empty function only so that old libstdc++ is refused at load time: it says "std::cout is
    // constructed inside libstdc++". libtorch itself (built with an older GCC) constructs ios_base::Init, so cout is ready.
    private const string Marker = "_ZSt21ios_base_library_initv";

    // symbol -> the older version of the same symbol which every libstdc++ since GCC 4.4 exports
    private static readonly Dictionary<string, string> Downgrades = new()
    {
        // GCC 12 re-exported wait() as noexcept under GLIBCXX_3.4.30 (RHEL 9 / AL2023 stop at 3.4.29)
        ["_ZNSt18condition_variable4waitERSt11unique_lockISt5mutexE"] = "GLIBCXX_3.4.11",
    };

    private static readonly Version Floor = new(3, 4, 29);

    /// <returns>what was changed; empty when nothing needed it</returns>
    public static List<string> Relax(Span<byte> b)
    {
        var log = new List<string>();
        if (b.Length < 64 || BinaryPrimitives.ReadUInt32BigEndian(b) != 0x7F454C46 || b[4] != 2 || b[5] != 1 || U16(b, 18) != 62)
            throw new NotSupportedException("not a little-endian x86-64 ELF file");
        long phoff = I64(b, 0x20); int phent = U16(b, 0x36), phnum = U16(b, 0x38);
        var loads = new List<(long va, long off, long size)>();
        long dyn = 0, dynSize = 0;
        for (int i = 0; i < phnum; i++)
        {
            int o = (int)phoff + i * phent; uint type = U32(b, o);
            long off = I64(b, o + 8), va = I64(b, o + 16), fsz = I64(b, o + 32);
            if (type == 1) loads.Add((va, off, fsz));
            else if (type == 2) { dyn = off; dynSize = fsz; }
        }
        int Off(long va)
        {
            foreach (var (v, o, s) in loads) if (va >= v && va < v + s) return (int)(o + va - v);
            throw new InvalidDataException($"address {va:x} is in no segment");
        }
        var d = new Dictionary<long, long>();
        for (long o = dyn; o < dyn + dynSize; o += 16) { long tag = I64(b, (int)o); if (tag == 0) break; d.TryAdd(tag, I64(b, (int)o + 8)); }
        if (!d.TryGetValue(0x6ffffffe, out var vn) || !d.TryGetValue(0x6ffffff0, out var vs) || !d.TryGetValue(0x6ffffef5, out var gh)) return log;
        int str = Off(d[5]), sym = Off(d[6]), versym = Off(vs), hash = Off(gh), need = Off(vn);
        int undef = (int)U32(b, hash + 4);              // GNU hash: symbols below symoffset are exactly the undefined ones
        var index = new Dictionary<string, ushort>(); var tooNew = new Dictionary<ushort, string>();
        for (long i = 0, n = d[0x6fffffff]; i < n; i++)
        {
            int cnt = U16(b, need + 2), aux = need + (int)U32(b, need + 8); string file = Str(b, str + (int)U32(b, need + 4));
            for (int j = 0; j < cnt; j++)
            {
                string name = Str(b, str + (int)U32(b, aux + 8)); ushort idx = U16(b, aux + 6);
                if (file == "libstdc++.so.6")
                {
                    index[name] = idx;
                    if (name.StartsWith("GLIBCXX_", StringComparison.Ordinal) && Version.TryParse(name.AsSpan(8), out var v) && v > Floor)
                    {
                        tooNew[idx] = name;
                        BinaryPrimitives.WriteUInt16LittleEndian(b[(aux + 4)..], (ushort)(U16(b, aux + 4) | 2)); // VER_FLG_WEAK
                        log.Add($"weak version {name}");
                    }
                }
                aux += (int)U32(b, aux + 12);
            }
            need += (int)U32(b, need + 12);
        }
        for (int i = 1; i < undef; i++)
        {
            ushort ver = U16(b, versym + 2 * i);
            if (!tooNew.TryGetValue((ushort)(ver & 0x7fff), out var from)) continue;
            int s = sym + 24 * i; string name = Str(b, str + (int)U32(b, s));
            if (name == Marker) { b[s + 4] = (byte)((2 << 4) | (b[s + 4] & 15)); log.Add($"weak symbol {name}"); }
            else if (Downgrades.TryGetValue(name, out var to) && index.TryGetValue(to, out var idx))
            { BinaryPrimitives.WriteUInt16LittleEndian(b[(versym + 2 * i)..], idx); log.Add($"{name}: {from} -> {to}"); }
            else throw new NotSupportedException($"{name} really needs {from}; the installed libstdc++ is too old");
        }
        return log;
    }

    private static ushort U16(ReadOnlySpan<byte> b, int o) => BinaryPrimitives.ReadUInt16LittleEndian(b[o..]);
    private static uint U32(ReadOnlySpan<byte> b, int o) => BinaryPrimitives.ReadUInt32LittleEndian(b[o..]);
    private static long I64(ReadOnlySpan<byte> b, int o) => BinaryPrimitives.ReadInt64LittleEndian(b[o..]);
    private static string Str(ReadOnlySpan<byte> b, int o) => Encoding.ASCII.GetString(b.Slice(o, b[o..].IndexOf((byte)0)));
}
