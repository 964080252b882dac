using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Brownian.Runtime;

/// <summary>Loads a library from bytes: from memory, or where that is forbidden from a file in a cache folder.</summary>
internal static partial class RelaxedCopy
{
    private const uint CloseOnExec = 1;

    /// <param name="image">The library's bytes.</param>
    /// <param name="wish">"memory" or "file" tries only this; anything else memory first.</param>
    /// <param name="error">The last reason of the system's loader, when nothing worked.</param>
    public static (IntPtr Handle, TorchLoadMode Mode, string Where) Load(byte[] image, string wish, out string? error)
    {
        error = null;
        if (wish != "file" && FromMemory(image, ref error) is var memory and not 0)
        {
            return (memory, TorchLoadMode.RelaxedInMemory, "memory");
        }

        if (wish != "memory")
        {
            foreach (var root in CacheRoots())
            {
                if (FromFile(image, root, ref error) is ({ } path, var file))
                {
                    return (file, TorchLoadMode.RelaxedFile, path);
                }
            }
        }

        return (IntPtr.Zero, TorchLoadMode.None, "");
    }

    private static IntPtr FromMemory(byte[] image, ref string? error)
    {
        try
        {
            var descriptor = memfd_create("libLibTorchSharp.so", CloseOnExec);
            if (descriptor < 0)
            {
                return IntPtr.Zero;
            }

            // The mapping outlives the descriptor.
            using var file = new FileStream(new SafeFileHandle(descriptor, ownsHandle: true), FileAccess.Write, bufferSize: 0);
            file.Write(image);
            return NativeLibrary.Load($"/proc/self/fd/{descriptor}");
        }
        catch (Exception e) when (e is IOException or DllNotFoundException or EntryPointNotFoundException or UnauthorizedAccessException)
        {
            error = e.Message;
            return IntPtr.Zero;
        }
    }

    private static IEnumerable<string> CacheRoots() =>
        new[]
        {
            Environment.GetEnvironmentVariable("XDG_CACHE_HOME"),
            Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"),
            Path.GetTempPath(),
        }.Where(root => !string.IsNullOrEmpty(root)).Select(root => root!);

    private static (string Path, IntPtr Handle)? FromFile(byte[] image, string root, ref string? error)
    {
        var tag = Convert.ToHexStringLower(SHA256.HashData(image).AsSpan(0, 8));
        var folder = Path.Combine(root, "brownian");
        var path = Path.Combine(folder, $"libLibTorchSharp-{tag}.so");
        try
        {
            Directory.CreateDirectory(folder);
            if (!File.Exists(path) || !File.ReadAllBytes(path).AsSpan().SequenceEqual(image))
            {
                // Renaming is atomic: two programs that start at once are safe.
                var temporary = $"{path}.{Environment.ProcessId}.{Guid.NewGuid():N}";
                File.WriteAllBytes(temporary, image);
                File.Move(temporary, path, overwrite: true);
            }

            return (path, NativeLibrary.Load(path));
        }
        catch (Exception e) when (e is IOException or DllNotFoundException or UnauthorizedAccessException)
        {
            error = e.Message;
            return null;
        }
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int memfd_create(string name, uint flags);
}
