using System.Runtime.InteropServices;
namespace Brownian.Runtime;

/// <summary>Process-wide native settings that must be made before libtorch (libgomp) is loaded.</summary>
internal static partial class NativeTuning
{
    public static void Apply()
    {
        if (!OperatingSystem.IsLinux()) return;
        // libgomp spins for ~ms at every barrier by default; one other busy thread then costs 3-9x. .NET's SetEnvironmentVariable does not reach getenv().
        if (Environment.GetEnvironmentVariable("OMP_WAIT_POLICY") is null) setenv("GOMP_SPINCOUNT", "20000", 0);
        // glibc < 2.38: posix_memalign in a loop never reuses freed big chunks (glibc bugs 14581/30723) once the dynamic mmap threshold has risen.
        // Setting the threshold switches the dynamic adjustment off.
        foreach (var kv in (Environment.GetEnvironmentVariable("BROWNIAN_NATIVE_MALLOPT") ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries)) { var q = kv.Split('='); mallopt(int.Parse(q[0]), int.Parse(q[1])); }
    }
    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)] private static partial int setenv(string name, string value, int overwrite);
    [LibraryImport("libc")] private static partial int mallopt(int param, int value);
}
