using System.Runtime.InteropServices;

namespace Brownian.Runtime;

/// <summary>
/// Keeps the native half of TorchSharp's <c>Scalar</c> alive for some seconds after it was freed. TorchSharp 0.107 hands it to an operator
/// as a bare address and does not keep the object alive meanwhile, so a garbage collection at that moment frees what the operator is about
/// to read: <c>x + y</c> (whose hidden third argument is a Scalar) then throws "Expected false to be true", at about one of fifty
/// collections, and would sooner or later end a training of hours.
/// </summary>
/// <remarks>
/// Done by giving the library's exported name another address, ours, before TorchSharp looks it up; its code is untouched. Where that is
/// not possible everything stays as it was.
/// </remarks>
internal static unsafe partial class ScalarLifetime
{
    private const string Export = "THSTorch_dispose_scalar";

    // An operator reads its scalars within microseconds of the call; a starved machine may stretch that to seconds.
    private const long KeptMilliseconds = 10_000;

    private const int Read = 1, Write = 2, Execute = 4;

    private static readonly Lock Gate = new();
    private static readonly Queue<(nint Scalar, long Since)> Waiting = new();
    private static delegate* unmanaged<nint, void> free;

    /// <summary>Whether freeing is delayed in this process.</summary>
    public static bool IsExtended => free != null;

    /// <summary>Delays freeing.</summary>
    /// <param name="library">TorchSharp's native library, loaded but not yet used.</param>
    /// <param name="image">Its file.</param>
    public static void Extend(nint library, Span<byte> image)
    {
        if (IsExtended || !NativeLibrary.TryGetExport(library, Export, out var address)
            || new ElfImage(image).FindDefined(Export) is not { } symbol)
        {
            return;
        }

        var start = address - (nint)symbol.Value;
        var field = (nint*)(start + (nint)symbol.FieldAddress);
        var page = (nint)field & ~(Environment.SystemPageSize - 1);
        if (*field != (nint)symbol.Value || mprotect(page, (nuint)Environment.SystemPageSize, Read | Write) != 0)
        {
            return;
        }

        free = (delegate* unmanaged<nint, void>)address;
        *field = (nint)(delegate* unmanaged<nint, void>)&FreeLater - start;
        _ = mprotect(page, (nuint)Environment.SystemPageSize, Rights(symbol.Flags));
    }

    [UnmanagedCallersOnly]
    private static void FreeLater(nint scalar)
    {
        var now = Environment.TickCount64;
        lock (Gate)
        {
            Waiting.Enqueue((scalar, now));
            while (now - Waiting.Peek().Since > KeptMilliseconds)
            {
                free(Waiting.Dequeue().Scalar);
            }
        }
    }

    private static int Rights(int flags) => ((flags & 4) != 0 ? Read : 0) | ((flags & 2) != 0 ? Write : 0) | ((flags & 1) != 0 ? Execute : 0);

    [LibraryImport("libc")]
    private static partial int mprotect(nint address, nuint length, int rights);
}
