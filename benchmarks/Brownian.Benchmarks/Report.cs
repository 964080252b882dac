using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Brownian.Runtime;
using static TorchSharp.torch;

namespace Brownian.Benchmarks;

/// <summary>The results as a line, a Markdown table, and JSON.</summary>
internal static class Report
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static string Line(Row row) =>
        $"{row.Section,-10} {row.Name,-44} {Number(row.Milliseconds, "0.00"),9} {Number(row.Gigaflops, "0"),6} {Number(row.OfConvolutionPeak, "0 %"),6} "
        + $"{Number(row.Speedup, "0.00×"),7} {row.Note}";

    /// <summary>Writes NAME.json and NAME.md into a folder.</summary>
    public static void Write(string folder, string name, IReadOnlyList<Row> rows)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, name + ".json"), JsonSerializer.Serialize(new { machine = Machine(), rows }, Indented) + "\n");
        File.WriteAllText(Path.Combine(folder, name + ".md"), Markdown(rows));
    }

    private static string Markdown(IReadOnlyList<Row> rows)
    {
        var text = new StringBuilder("# Measurements\n\n");
        foreach (var (key, value) in Machine())
        {
            text.Append(CultureInfo.InvariantCulture, $"- {key}: {value}\n");
        }

        text.Append("\nMedians of repetitions that ran in turn with those they are compared to. \"of peak\" is the share of what libtorch's 3×3\n"
            + "convolutions reach in the same type in the same run; × is the speed over plain TorchSharp (NCHW, float32, `optim.AdamW`,\n"
            + "averaged tensor by tensor).\n");
        foreach (var section in rows.GroupBy(r => r.Section))
        {
            text.Append(CultureInfo.InvariantCulture, $"\n## {section.Key}\n\n| | ms | GFLOP/s | of peak | × | |\n|---|--:|--:|--:|--:|---|\n");
            foreach (var r in section)
            {
                text.Append(CultureInfo.InvariantCulture,
                    $"| {r.Name} | {Number(r.Milliseconds, "0.00")} | {Number(r.Gigaflops, "0")} | {Number(r.OfConvolutionPeak, "0 %")} | {Number(r.Speedup, "0.00")} | {r.Note} |\n");
            }
        }

        return text.ToString();
    }

    private static Dictionary<string, string> Machine() => new(StringComparer.Ordinal)
    {
        ["processor"] = Processor(),
        ["cores"] = Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture),
        ["threads"] = get_num_threads().ToString(CultureInfo.InvariantCulture),
        ["memory"] = $"{GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 30} GiB",
        ["system"] = RuntimeInformation.OSDescription,
        ["runtime"] = RuntimeInformation.FrameworkDescription,
        ["torch"] = __version__,
        ["loaded"] = TorchRuntime.Mode.ToString()!,
    };

    private static string Processor()
    {
        const string Source = "/proc/cpuinfo";
        var line = File.Exists(Source) ? File.ReadLines(Source).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal)) : null;
        var vectors = System.Runtime.Intrinsics.Vector512.IsHardwareAccelerated ? "AVX-512" : "no AVX-512";
        return $"{line?.Split(':')[1].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString()}, {vectors}";
    }

    private static string Number(double? value, string format) => value?.ToString(format, CultureInfo.InvariantCulture) ?? "";
}
