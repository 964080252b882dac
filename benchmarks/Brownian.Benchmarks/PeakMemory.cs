using System.Globalization;
using Brownian.Runtime;

namespace Brownian.Benchmarks;

/// <summary>The most memory that a piece of work needed, by Linux's own account.</summary>
internal static class PeakMemory
{
    private const string Clear = "/proc/self/clear_refs", Status = "/proc/self/status";

    /// <summary>How far resident memory rose above where it began, in bytes; null where the system does not tell.</summary>
    public static long? During(Action work)
    {
        NativeTuning.TrimHeap();
        if (!File.Exists(Clear))
        {
            work();
            return null;
        }

        // "5" sets the high-water mark to what is resident now (proc(5)).
        File.WriteAllText(Clear, "5");
        var before = Read("VmHWM:");
        work();
        return Read("VmHWM:") - before;
    }

    private static long Read(string field)
    {
        var line = File.ReadLines(Status).First(l => l.StartsWith(field, StringComparison.Ordinal));
        return 1024 * long.Parse(line[field.Length..].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture);
    }
}
