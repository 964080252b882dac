using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace Brownian.Runtime;

/// <summary>Loads TorchSharp's native library, relaxed where the system's libstdc++ is older than the one that it was linked against.</summary>
internal static partial class TorchSharpLibrary
{
    private const string Name = "LibTorchSharp";

    // What the library needs of the C library; ElfCompat cannot help there.
    private static readonly Version Glibc = new(2, 34);

    /// <summary>Loads the library at <paramref name="path"/>, as it is or relaxed.</summary>
    public static (TorchLoadMode Mode, string Explanation) Load(string path)
    {
        CheckGlibc();
        var wish = Environment.GetEnvironmentVariable("BROWNIAN_NATIVE") ?? "";
        if (wish is not ("memory" or "file") && NativeLibrary.TryLoad(path, out var asShipped))
        {
            ScalarLifetime.Extend(asShipped, File.ReadAllBytes(path));
            return (TorchLoadMode.AsShipped, "loaded as shipped: this system's libstdc++ is new enough");
        }

        var image = File.ReadAllBytes(path);
        var changes = Relax(image);
        Trace(changes);
        if (changes.Count == 0)
        {
            NativeLibrary.TryLoad(path, out _);
            return (TorchLoadMode.AsShipped, "left to TorchSharp: nothing in its library could be relaxed");
        }

        var (handle, mode, where) = RelaxedCopy.Load(image, wish, out var error);
        if (handle == IntPtr.Zero)
        {
            throw new DllNotFoundException(Explain(path, error));
        }

        ScalarLifetime.Extend(handle, image);
        Use(handle);
        return (mode, $"loaded from {where} with relaxed requirements: this system's libstdc++ is older than the one "
            + "TorchSharp was linked against, and has all that it needs");
    }

    /// <summary>What to say when even the relaxed copy does not load.</summary>
    internal static string Explain(string path, string? error)
    {
        var reason = error?.Trim() ?? "the system gave no reason";
        var advice = reason.Contains("GLIBCXX_", StringComparison.Ordinal) || reason.Contains("CXXABI_", StringComparison.Ordinal)
            ? "The system's libstdc++ is too old: GLIBCXX_3.4.29 (GCC 11; Debian 12, Ubuntu 22.04, RHEL 9) or newer is needed. Upgrade the system, or run in a container of one of these."
            : "Check with `ldd` which library is missing, and that the files of the libtorch package are complete.";
        return $"libtorch cannot be used: {path} did not load ({reason}). {advice}";
    }

    private static List<string> Relax(byte[] image)
    {
        try
        {
            return ElfCompat.Relax(image);
        }
        catch (NotSupportedException e)
        {
            throw new DllNotFoundException(
                $"libtorch cannot be used: {e.Message}. Use a system with a newer libstdc++ (Debian 13, Ubuntu 24.04), or a container of one.", e);
        }
    }

    private static void CheckGlibc()
    {
        string? text;
        try
        {
            text = Marshal.PtrToStringUTF8(gnu_get_libc_version());
        }
        catch (EntryPointNotFoundException e)
        {
            throw new DllNotFoundException(
                $"libtorch needs glibc {Glibc} or newer; this system's C library is another one (musl?). Use Debian 12, Ubuntu 22.04, RHEL 9 or newer.", e);
        }

        if (Version.TryParse(text, out var found) && found < Glibc)
        {
            throw new DllNotFoundException(
                $"libtorch needs glibc {Glibc} or newer; this system has {found}. Use Debian 12, Ubuntu 22.04, RHEL 9 or newer, or a container of one.");
        }
    }

    private static void Use(IntPtr handle)
    {
        try
        {
            // TorchSharp's P/Invokes: straight to our handle, no probing.
            NativeLibrary.SetDllImportResolver(
                typeof(TorchSharp.torch).Assembly, (name, _, _) => name == Name ? handle : IntPtr.Zero);
        }
        catch (InvalidOperationException)
        {
            // One resolver an assembly: a host that already set one keeps it, and the library is found by its name (below).
        }

        // NativeLibrary.TryLoad("LibTorchSharp", …), which TorchSharp calls first, does not ask resolvers: it probes, fails on the
        // original, then dlopen("libLibTorchSharp.so") finds ours by its SONAME. This event is the last resort if that ever changes.
        AssemblyLoadContext.Default.ResolvingUnmanagedDll += (_, name) => name == Name ? handle : IntPtr.Zero;
    }

    private static void Trace(List<string> changes)
    {
        if (Environment.GetEnvironmentVariable("BROWNIAN_TRACE") is not (null or "" or "0"))
        {
            changes.ForEach(change => Console.Error.WriteLine("brownian: relaxed " + change));
        }
    }

    [LibraryImport("libc")]
    private static partial IntPtr gnu_get_libc_version();
}
