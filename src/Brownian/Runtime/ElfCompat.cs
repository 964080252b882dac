namespace Brownian.Runtime;

/// <summary>
/// Relaxes the libstdc++ version requirements of a shared object, in memory, so that a library linked against a newer GCC runs on an
/// older libstdc++ when it needs nothing from the newer one but a marker. Changes three kinds of field only: the flags of a needed
/// version, the binding of the marker symbol, and the version index of the symbols in <see cref="Downgrades"/>.
/// </summary>
internal static class ElfCompat
{
    // GCC 13 added this empty function only so that an old libstdc++ is refused at load time: it says "std::cout is constructed inside
    // libstdc++". libtorch (built with an older GCC) constructs ios_base::Init itself and is loaded before, so cout is ready.
    private const string Marker = "_ZSt21ios_base_library_initv";

    // RHEL 9 and Amazon Linux 2023 stop here.
    private static readonly Version Floor = new(3, 4, 29);

    // A symbol, and the older version of the same symbol which every libstdc++ since GCC 4.4 exports.
    private static readonly Dictionary<string, string> Downgrades = new(StringComparer.Ordinal)
    {
        // GCC 12 re-exported wait() as noexcept under GLIBCXX_3.4.30.
        ["_ZNSt18condition_variable4waitERSt11unique_lockISt5mutexE"] = "GLIBCXX_3.4.11",
    };

    /// <summary>Relaxes the image in place.</summary>
    /// <returns>What was changed; empty when nothing needed it.</returns>
    /// <exception cref="NotSupportedException">Not an x86-64 ELF file, or it really needs a newer libstdc++.</exception>
    public static List<string> Relax(Span<byte> image)
    {
        var elf = new ElfImage(image);
        var changes = new List<string>();
        if (!elf.HasVersions)
        {
            return changes;
        }

        var index = new Dictionary<string, ushort>(StringComparer.Ordinal);
        var tooNew = new Dictionary<ushort, string>();
        foreach (var (library, version, number, flagsAt) in elf.NeededVersions())
        {
            if (library != "libstdc++.so.6")
            {
                continue;
            }

            index[version] = number;
            if (version.StartsWith("GLIBCXX_", StringComparison.Ordinal) && Version.TryParse(version.AsSpan(8), out var v) && v > Floor)
            {
                tooNew[number] = version;
                elf.MakeVersionWeak(flagsAt);
                changes.Add($"version {version}: weak");
            }
        }

        for (var symbol = 1; symbol < elf.UndefinedCount; symbol++)
        {
            if (tooNew.TryGetValue(elf.VersionIndex(symbol), out var version))
            {
                changes.Add(RelaxSymbol(elf, symbol, version, index));
            }
        }

        return changes;
    }

    private static string RelaxSymbol(ElfImage elf, int symbol, string version, Dictionary<string, ushort> index)
    {
        var name = elf.SymbolName(symbol);
        if (name == Marker)
        {
            elf.MakeSymbolWeak(symbol);
            return $"symbol {name}: weak";
        }

        if (Downgrades.TryGetValue(name, out var older) && index.TryGetValue(older, out var number))
        {
            elf.SetVersionIndex(symbol, number);
            return $"symbol {name}: {version} to {older}";
        }

        throw new NotSupportedException($"{name} really needs {version}, and the installed libstdc++ is older");
    }
}
