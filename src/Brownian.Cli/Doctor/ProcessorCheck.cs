using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Brownian.Cli.Doctor;

/// <summary>The vector instructions that decide how fast libtorch computes.</summary>
internal static class ProcessorCheck
{
    public static Finding Features()
    {
        var info = File.Exists("/proc/cpuinfo") ? File.ReadAllText("/proc/cpuinfo") : "";
        var model = Field(info, "model name") ?? RuntimeInformation.ProcessArchitecture.ToString();
        var flags = (Field(info, "flags") ?? "").Split(' ').ToHashSet(StringComparer.Ordinal);
        if (RuntimeInformation.ProcessArchitecture != Architecture.X64)
        {
            return new("processor", Verdict.Ok, model);
        }

        var bfloat16 = flags.Contains("avx512_bf16") || flags.Contains("amx_bf16");
        var features = new (string Name, bool Has)[]
        {
            ("AVX2", Avx2.IsSupported), ("AVX-512", Avx512F.IsSupported), ("bfloat16", bfloat16), ("AMX", flags.Contains("amx_tile")),
        };
        var detail = $"{model}; {string.Join(", ", features.Select(f => $"{f.Name} {(f.Has ? "yes" : "no")}"))}";
        if (!Avx2.IsSupported)
        {
            return new("processor", Verdict.Warn, detail, "Without AVX2 everything runs several times slower: use a processor of 2015 or later.");
        }

        return new("processor", Verdict.Ok, detail, bfloat16 ? "--precision bfloat16 is about twice as fast here." : "Use --precision float32: bfloat16 is emulated here.");
    }

    private static string? Field(string info, string name) =>
        info.Split('\n').FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?.Split(':', 2)[^1].Trim();
}
