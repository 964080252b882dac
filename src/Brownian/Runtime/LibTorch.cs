using System.Runtime.InteropServices;

namespace Brownian.Runtime;

/// <summary>Loads libtorch itself: the packaged one, or that of a PyTorch installation named by <c>BROWNIAN_LIBTORCH</c>.</summary>
internal static class LibTorch
{
    private static readonly Version Required = new(2, 10);
    private static readonly string[] Libraries =
        ["libc10.so", "libtorch_cpu.so", "libc10_cuda.so", "libtorch_cuda.so", "libtorch.so"];

    /// <summary>Loads libtorch in dependency order, so that what is loaded later finds it by name.</summary>
    /// <returns>Its folder; null when it was not found (the system's loader then searches for it).</returns>
    public static string? Preload()
    {
        var chosen = Environment.GetEnvironmentVariable("BROWNIAN_LIBTORCH");
        var folder = string.IsNullOrEmpty(chosen) ? NativeFolders.Find("libtorch_cpu.so") : Checked(chosen);
        if (folder is null)
        {
            return null;
        }

        foreach (var gomp in Directory.EnumerateFiles(folder, "libgomp*.so*"))
        {
            NativeLibrary.TryLoad(gomp, out _);
        }

        foreach (var name in Libraries.Where(name => File.Exists(Path.Combine(folder, name))))
        {
            Load(Path.Combine(folder, name), mustLoad: !string.IsNullOrEmpty(chosen));
            if (name == "libtorch_cpu.so" && !string.IsNullOrEmpty(chosen))
            {
                CheckVersion(folder);
            }
        }

        UseForOwnCalls(Path.Combine(folder, "libtorch_cpu.so"));
        return folder;
    }

    private static string Checked(string folder) => File.Exists(Path.Combine(folder, "libtorch_cpu.so"))
        ? Path.GetFullPath(folder)
        : throw new DllNotFoundException(
            $"BROWNIAN_LIBTORCH: expected a folder with libtorch_cpu.so, such as …/site-packages/torch/lib of PyTorch {Required}; "
            + $"got {folder}. Correct the variable, or unset it to use the packaged libtorch.");

    private static void Load(string path, bool mustLoad)
    {
        if (NativeLibrary.TryLoad(path, out _) || !mustLoad)
        {
            return;
        }

        PreloadNvidia(Path.GetDirectoryName(path)!);
        try
        {
            NativeLibrary.Load(path);
        }
        catch (DllNotFoundException e)
        {
            throw new DllNotFoundException(
                $"BROWNIAN_LIBTORCH: {path} could not be loaded ({e.Message.Trim()}). Install the CUDA libraries that it was built for, "
                + "or unset the variable to use the packaged libtorch.", e);
        }
    }

    /// <summary>PyTorch's wheels keep CUDA in sibling packages: site-packages/nvidia/*/lib.</summary>
    private static void PreloadNvidia(string torchLib)
    {
        var nvidia = Path.Combine(torchLib, "..", "..", "nvidia");
        if (!Directory.Exists(nvidia))
        {
            return;
        }

        // They depend on each other; a second pass finds what the first one loaded.
        var files = Directory.EnumerateFiles(nvidia, "lib*.so*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToArray();
        foreach (var file in files.Concat(files))
        {
            NativeLibrary.TryLoad(file, out _);
        }
    }

    // TorchSharp's library inlines libtorch's internals: another minor version that links could still corrupt memory.
    private static unsafe void CheckVersion(string folder)
    {
        var handle = NativeLibrary.Load(Path.Combine(folder, "libtorch_cpu.so"));
        var packed = NativeLibrary.TryGetExport(handle, "aoti_torch_abi_version", out var version)
            ? ((delegate* unmanaged<ulong>)version)()
            : 0;
        var found = new Version((int)(packed >> 56), (int)((packed >> 48) & 255));
        if (found != Required)
        {
            throw new DllNotFoundException(
                $"BROWNIAN_LIBTORCH: expected libtorch {Required}, which TorchSharp was built for; {folder} holds "
                + $"{(packed == 0 ? "an older version" : found)}. Point it at a PyTorch {Required} installation, or unset it.");
        }
    }

    /// <summary>This assembly's own P/Invokes must reach this libtorch, and not load the packaged one beside it.</summary>
    private static void UseForOwnCalls(string path)
    {
        if (NativeLibrary.TryLoad(path, out var handle))
        {
            NativeLibrary.SetDllImportResolver(
                typeof(LibTorch).Assembly, (name, _, _) => name == "torch_cpu" ? handle : IntPtr.Zero);
        }
    }
}
