using System.Buffers.Binary;
using System.Text;

namespace Brownian.Runtime;

/// <summary>
/// The dynamic section of a 64-bit little-endian x86-64 ELF shared object in memory: enough to walk its needed versions and undefined
/// symbols, and to find a defined one. It reads program headers only, so a stripped file without section headers will do.
/// </summary>
internal readonly ref struct ElfImage
{
    private const int HeaderSize = 64;
    private const ushort X64 = 62;
    private const uint LoadSegment = 1;
    private const uint DynamicSegment = 2;
    private const long StringTable = 5, SymbolTable = 6, GnuHash = 0x6ffffef5, VersionSymbols = 0x6ffffff0, VersionNeeds = 0x6ffffffe, VersionNeedCount = 0x6fffffff;
    private const int SymbolSize = 24;

    private readonly Span<byte> bytes;
    private readonly List<(long Address, long Offset, long Size, int Flags)> segments = [];
    private readonly Dictionary<long, long> dynamic = [];

    /// <exception cref="NotSupportedException">The bytes are another kind of file.</exception>
    public ElfImage(Span<byte> bytes)
    {
        this.bytes = bytes;
        if (bytes.Length < HeaderSize || BinaryPrimitives.ReadUInt32BigEndian(bytes) != 0x7F454C46
            || bytes[4] != 2 || bytes[5] != 1 || Half(18) != X64)
        {
            throw new NotSupportedException("not a little-endian x86-64 ELF file");
        }

        var (start, size, count) = ((int)Long(0x20), Half(0x36), Half(0x38));
        for (var i = 0; i < count; i++)
        {
            var header = start + (i * size);
            switch (Word(header))
            {
                case LoadSegment:
                    segments.Add((Long(header + 16), Long(header + 8), Long(header + 32), (int)Word(header + 4)));
                    break;
                case DynamicSegment:
                    ReadDynamic((int)Long(header + 8), (int)Long(header + 32));
                    break;
            }
        }
    }

    /// <summary>Whether the file asks for versions of symbols at all.</summary>
    public bool HasVersions =>
        dynamic.ContainsKey(VersionNeeds) && dynamic.ContainsKey(VersionSymbols) && dynamic.ContainsKey(GnuHash);

    /// <summary>In a GNU hash table the symbols below its first one are exactly the undefined ones; number 0 is none.</summary>
    public int UndefinedCount => (int)Word(Offset(GnuHash) + 4);

    /// <summary>Every version that is needed: of which library, its name, its index, and where its flags are.</summary>
    public List<(string Library, string Version, ushort Index, int FlagsAt)> NeededVersions()
    {
        var found = new List<(string, string, ushort, int)>();
        var need = Offset(VersionNeeds);
        for (long i = 0, count = dynamic[VersionNeedCount]; i < count; i++)
        {
            var library = Text(Word(need + 4));
            var entry = need + (int)Word(need + 8);
            for (var j = 0; j < Half(need + 2); j++)
            {
                found.Add((library, Text(Word(entry + 8)), Half(entry + 6), entry + 4));
                entry += (int)Word(entry + 12);
            }

            need += (int)Word(need + 12);
        }

        return found;
    }

    public string SymbolName(int symbol) => Text(Word(SymbolAt(symbol)));

    public ushort VersionIndex(int symbol) => (ushort)(Half(VersionAt(symbol)) & 0x7fff);

    public void SetVersionIndex(int symbol, ushort index) => BinaryPrimitives.WriteUInt16LittleEndian(bytes[VersionAt(symbol)..], index);

    public void MakeSymbolWeak(int symbol)
    {
        ref var info = ref bytes[SymbolAt(symbol) + 4];
        info = (byte)((2 << 4) | (info & 15));
    }

    public void MakeVersionWeak(int flagsAt) => BinaryPrimitives.WriteUInt16LittleEndian(bytes[flagsAt..], (ushort)(Half(flagsAt) | 2));

    /// <summary>
    /// A defined symbol: its own address and the address of the field that holds it, both relative to where the file is loaded, and the
    /// access rights of the segment with that field (1 execute, 2 write, 4 read); null if there is none of this name.
    /// </summary>
    public (long Value, long FieldAddress, int Flags)? FindDefined(string name)
    {
        if (!dynamic.ContainsKey(GnuHash))
        {
            return null;
        }

        // GNU's hash table: bucket count, first hashed symbol, bloom filter words; then the filter, the buckets, and one word a symbol
        // whose lowest bit ends a chain.
        var table = Offset(GnuHash);
        uint buckets = Word(table), first = Word(table + 4), filters = Word(table + 8), hash = 5381;
        foreach (var letter in name)
        {
            hash = (hash * 33) + letter;
        }

        var bucketsAt = table + 16 + (8 * (int)filters);
        var chainsAt = bucketsAt + (4 * (int)buckets);
        for (var symbol = Word(bucketsAt + (4 * (int)(hash % buckets))); symbol >= first; symbol++)
        {
            var link = Word(chainsAt + (4 * (int)(symbol - first)));
            if ((link | 1) == (hash | 1) && SymbolName((int)symbol) == name)
            {
                var field = dynamic[SymbolTable] + (SymbolSize * symbol) + 8;
                return (Long(SymbolAt((int)symbol) + 8), field, SegmentOf(field).Flags);
            }

            if ((link & 1) != 0)
            {
                break;
            }
        }

        return null;
    }

    private void ReadDynamic(int at, int size)
    {
        for (var end = at + size; at < end && Long(at) != 0; at += 16)
        {
            dynamic.TryAdd(Long(at), Long(at + 8));
        }
    }

    private int SymbolAt(int symbol) => Offset(SymbolTable) + (SymbolSize * symbol);

    private int VersionAt(int symbol) => Offset(VersionSymbols) + (2 * symbol);

    private int Offset(long tag)
    {
        var address = dynamic[tag];
        var segment = SegmentOf(address);
        return (int)(segment.Offset + address - segment.Address);
    }

    private (long Address, long Offset, long Size, int Flags) SegmentOf(long address)
    {
        foreach (var segment in segments)
        {
            if (address >= segment.Address && address < segment.Address + segment.Size)
            {
                return segment;
            }
        }

        throw new InvalidDataException($"address {address:x} is in no segment of the ELF file");
    }

    private string Text(uint at)
    {
        var from = bytes[(Offset(StringTable) + (int)at)..];
        return Encoding.ASCII.GetString(from[..from.IndexOf((byte)0)]);
    }

    private ushort Half(int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private uint Word(int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    private long Long(int at) => BinaryPrimitives.ReadInt64LittleEndian(bytes[at..]);
}
