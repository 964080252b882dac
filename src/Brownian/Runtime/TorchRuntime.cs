using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace Brownian.Runtime;

/// <summary>Makes TorchSharp's native library loadable; runs by itself before any type of this assembly is used.</summary>
public static partial class TorchRuntime
{
    private static readonly Lock Gate = new();
    private static bool done;
    private static IntPtr shim;
    private static string? lastError;
    private static bool TryLoad(string path) { try { shim = NativeLibrary.Load(path); return true; } catch (DllNotFoundException e) { lastError = e.Message; return false; } }
    /// <summary>How the native library was loaded: "default", "memfd", "cache: path".</summary>
    public static string Mode { get; private set; } = "none";

#pragma warning disable CA2255 // libtorch must be loadable before a consumer's first tensor, whichever type of ours it names first
    [ModuleInitializer]
    internal static void Init() => EnsureLoaded();
#pragma warning restore CA2255

    /// <summary>Loads libtorch and TorchSharp's native library. Safe to call from any thread, any number of times.</summary>
    /// <exception cref="DllNotFoundException">The library could not be loaded, nor its relaxed copy.</exception>
    public static void EnsureLoaded()
    {
        if (done) return;
        lock (Gate)
        {
            if (done) return;
            if (OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64) LoadLinux();
            else Mode = "default";
            done = true;
        }
    }

    private static void LoadLinux()
    {
        NativeTuning.Apply();
        string? torchDir = Find("libtorch_cpu.so"), shimDir = Find("libLibTorchSharp.so");
        if (shimDir is null) { Mode = "default"; return; }                 // let TorchSharp explain
        if (torchDir is not null)
            foreach (var n in (string[])["libgomp-98b21ff3.so.1", "libc10.so", "libtorch_cpu.so", "libtorch_cuda.so", "libtorch.so"])
                if (File.Exists(Path.Combine(torchDir, n))) NativeLibrary.TryLoad(Path.Combine(torchDir, n), out _);
        string original = Path.Combine(shimDir, "libLibTorchSharp.so");
        bool force = Environment.GetEnvironmentVariable("BROWNIAN_NATIVE_FORCE") is { Length: > 0 };
        if (!force && NativeLibrary.TryLoad(original, out shim)) { Mode = "default"; return; }

        byte[] image = File.ReadAllBytes(original);
        var changes = ElfCompat.Relax(image);
        if (changes.Count == 0) { Mode = "default"; return; }              // some other reason: let TorchSharp explain
        if (Environment.GetEnvironmentVariable("BROWNIAN_NATIVE_TRACE") is { Length: > 0 }) foreach (var c in changes) Console.Error.WriteLine("brownian: " + c);
        if (!TryMemfd(image) && !TryFile(image)) throw new DllNotFoundException($"{original} could not be loaded, nor its relaxed copy ({string.Join("; ", changes)}): {lastError}");

        // P/Invokes of TorchSharp: straight to our handle, no probing. (Once per assembly: a host that already set one keeps it.)
        try { NativeLibrary.SetDllImportResolver(typeof(TorchSharp.torch).Assembly, static (name, _, _) => name == "LibTorchSharp" ? shim : IntPtr.Zero); }
        catch (InvalidOperationException) { }
        // NativeLibrary.TryLoad("LibTorchSharp", …), which TorchSharp calls first, does not ask resolvers: it probes, fails on the
        // original, then dlopen("libLibTorchSharp.so") finds ours by SONAME. This event is the last resort if that ever changes.
        AssemblyLoadContext.Default.ResolvingUnmanagedDll += static (_, name) => name == "LibTorchSharp" ? shim : IntPtr.Zero;
    }

    private static string? Find(string file)
    {
        var dirs = ((AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string) ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Append(AppContext.BaseDirectory).Append(Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native"));
        if (typeof(TorchSharp.torch).Assembly.Location is { Length: > 0 } loc) dirs = dirs.Append(Path.GetDirectoryName(loc)!);
        return dirs.FirstOrDefault(d => File.Exists(Path.Combine(d, file)));
    }

    private static bool TryMemfd(byte[] image)
    {
        if (Environment.GetEnvironmentVariable("BROWNIAN_NATIVE_NOMEMFD") is { Length: > 0 }) return false;
        try
        {
            int fd = memfd_create("libLibTorchSharp.so", 1 /*MFD_CLOEXEC*/);
            if (fd < 0) return false;
            using (var f = new FileStream(new Microsoft.Win32.SafeHandles.SafeFileHandle(fd, true), FileAccess.Write, 0))
            {
                f.Write(image);
                if (!TryLoad($"/proc/self/fd/{fd}")) return false;   // the mapping outlives the descriptor
            }
            Mode = "memfd"; return true;
        }
        catch (Exception e) when (e is IOException or EntryPointNotFoundException or UnauthorizedAccessException) { return false; }
    }

    private static bool TryFile(byte[] image)
    {
        string tag = Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(image).AsSpan(0, 8)).ToLowerInvariant();
        foreach (var root in (string?[])[Environment.GetEnvironmentVariable("XDG_CACHE_HOME"), Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"), Path.GetTempPath()])
        {
            if (string.IsNullOrEmpty(root)) continue;
            try
            {
                string dir = Path.Combine(root, "brownian"), path = Path.Combine(dir, $"libLibTorchSharp-{tag}.so");
                Directory.CreateDirectory(dir);
                if (!File.Exists(path) || !File.ReadAllBytes(path).AsSpan().SequenceEqual(image))
                {
                    string tmp = $"{path}.{Environment.ProcessId}.{Guid.NewGuid():N}";
                    File.WriteAllBytes(tmp, image); File.Move(tmp, path, true);               // atomic: two starts at once are safe
                }
                if (TryLoad(path)) { Mode = "cache: " + path; return true; }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException) { }
        }
        return false;
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)] private static partial int memfd_create(string name, uint flags);
}
