using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Brownian.Runtime;

/// <summary>Makes libtorch loadable. It runs by itself before any type of this assembly is used.</summary>
/// <remarks>
/// TorchSharp's native library is linked against a libstdc++ newer than that of Debian 12, Ubuntu 22.04 or RHEL 9, but needs nothing from
/// it. On such a system a copy with relaxed version requirements is loaded instead; no file of the installation is changed.
/// <para>Environment: <c>BROWNIAN_LIBTORCH</c> = the lib folder of a PyTorch 2.10 installation, to use its libtorch (CUDA) instead of the
/// packaged one; <c>BROWNIAN_NATIVE</c> = <c>memory</c> or <c>file</c> forces a relaxed copy; <c>BROWNIAN_TRACE=1</c> tells what was relaxed.</para>
/// </remarks>
public static class TorchRuntime
{
    private static readonly Lock Gate = new();
    private static bool done;

    /// <summary>How TorchSharp's native library was loaded.</summary>
    public static TorchLoadMode Mode { get; private set; }

    /// <summary>One sentence that says how the native library was loaded, and why so.</summary>
    public static string Explanation { get; private set; } = "libtorch is not loaded yet";

    /// <summary>The folder that libtorch was loaded from; null where the system's loader chose it.</summary>
    public static string? LibTorchFolder { get; private set; }

    /// <summary>Loads libtorch and TorchSharp's native library. Safe to call from any thread, any number of times.</summary>
    /// <exception cref="DllNotFoundException">It cannot be loaded; the message says what is missing and what to do.</exception>
    public static void EnsureLoaded()
    {
        if (Volatile.Read(ref done))
        {
            return;
        }

        lock (Gate)
        {
            if (!done)
            {
                Load();
                Volatile.Write(ref done, true);
            }
        }
    }

#pragma warning disable CA2255 // libtorch must be loadable before a consumer's first tensor, whichever type of ours it names first
    [ModuleInitializer]
    internal static void Initialize() => EnsureLoaded();
#pragma warning restore CA2255

    private static void Load()
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64)
        {
            (Mode, Explanation) = (TorchLoadMode.AsShipped, "loaded as shipped: nothing is relaxed on this platform");
            return;
        }

        NativeTuning.Apply();
        var shim = NativeFolders.Find("libLibTorchSharp.so");
        if (shim is null)
        {
            // TorchSharp explains best which package is missing.
            (Mode, Explanation) = (TorchLoadMode.AsShipped, "TorchSharp's native library is not beside the program; TorchSharp searches for it");
            return;
        }

        LibTorchFolder = LibTorch.Preload();
        (Mode, Explanation) = TorchSharpLibrary.Load(Path.Combine(shim, "libLibTorchSharp.so"));
    }
}
