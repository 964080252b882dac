using System.Runtime.InteropServices;
using System.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Runtime;

/// <summary>
/// Any ATen operator by name, through libtorch's stable C interface (torch/csrc/stable), on TorchSharp's tensors: what TorchSharp does not
/// bind is called without C++ of our own. Arguments and results travel as 64-bit words on a stack; operators with a <c>Scalar</c> argument
/// cannot be called, unless it is optional and left out; those with a text argument should not be, because libtorch 2.10 leaks a copy of it.
/// </summary>
/// <remarks>
/// The called operator takes over every handle on the stack: make each word with the functions below, and use it once. Autograd works as
/// for any other call.
/// </remarks>
internal static unsafe partial class Aten
{
    /// <summary>An optional argument that is not given.</summary>
    public const ulong None = 0;

    /// <summary>The memory format "channels last", as an argument.</summary>
    public static readonly ulong ChannelsLast = (uint)aoti_torch_memory_format_channels_last();

    /// <summary>The library with libtorch's C interface.</summary>
    internal const string Library = "torch_cpu";

    private static readonly ulong AbiVersion = aoti_torch_abi_version();

    /// <summary>A tensor as an argument.</summary>
    public static ulong T(Tensor tensor)
    {
        Check(aoti_torch_new_tensor_handle(tensor.Handle, out var handle), "new_tensor_handle");
        return (ulong)handle;
    }

    /// <summary>A floating-point number as an argument.</summary>
    public static ulong D(double number) => BitConverter.DoubleToUInt64Bits(number);

    /// <summary>A truth value as an argument.</summary>
    public static ulong B(bool flag) => flag ? 1u : 0u;

    /// <summary>An optional argument that is given; wraps the word of its value.</summary>
    public static ulong Opt(ulong value)
    {
        // The callee frees it with C++'s delete, which is free() for words in every libtorch build.
        var word = (ulong*)NativeMemory.Alloc(sizeof(ulong));
        *word = value;
        return (ulong)word;
    }

    /// <summary>A list of tensors as an argument.</summary>
    public static ulong List(IEnumerable<Tensor> tensors)
    {
        Check(torch_new_list_reserve_size(0, out var list), "new_list");
        foreach (var tensor in tensors)
        {
            Check(torch_list_push_back(list, T(tensor)), "list_push_back");
        }

        return (ulong)list;
    }

    /// <summary>A list of integers as an argument.</summary>
    public static ulong List(ReadOnlySpan<long> numbers)
    {
        Check(torch_new_list_reserve_size((nuint)numbers.Length, out var list), "new_list");
        foreach (var number in numbers)
        {
            Check(torch_list_push_back(list, (ulong)number), "list_push_back");
        }

        return (ulong)list;
    }

    /// <summary>Calls an operator; its results replace the arguments from the bottom of the stack.</summary>
    /// <param name="op">Name with its namespace and a trailing zero byte: <c>"aten::contiguous\0"u8</c>.</param>
    /// <param name="overload">Overload with a trailing zero byte, or empty.</param>
    /// <param name="stack">The arguments.</param>
    /// <exception cref="ExternalException">libtorch refused, or has no such operator.</exception>
    public static void Call(ReadOnlySpan<byte> op, ReadOnlySpan<byte> overload, Span<ulong> stack)
    {
        byte zero = 0;
        fixed (byte* name = op, variant = overload)
        fixed (ulong* words = stack)
        {
            Check(torch_call_dispatcher(name, variant == null ? &zero : variant, words, AbiVersion), Encoding.UTF8.GetString(op).TrimEnd('\0'));
        }
    }

    /// <summary>A tensor among the results. The caller's dispose scope owns it.</summary>
    public static Tensor Ret(ulong word) => Tensor.UnsafeCreateTensor((nint)word);

    /// <summary>The address of a tensor's first element.</summary>
    public static nint Ptr(Tensor tensor)
    {
        Check(torch_get_mutable_data_ptr(tensor.Handle, out var address), "get_mutable_data_ptr");
        return address;
    }

    /// <summary>The size in bytes of the memory that a tensor lies in: more than its own where it is a part of another.</summary>
    public static long StorageBytes(Tensor tensor)
    {
        Check(aoti_torch_get_storage_size(tensor.Handle, out var bytes), "get_storage_size");
        GC.KeepAlive(tensor);
        return bytes;
    }

    /// <summary>A tensor over memory that stays its owner's: it must outlive the tensor.</summary>
    /// <param name="start">The first element's address.</param>
    /// <param name="type">The type of the elements.</param>
    /// <param name="shape">The sizes.</param>
    /// <param name="strides">The steps, in elements.</param>
    public static Tensor Over(void* start, ScalarType type, ReadOnlySpan<long> shape, ReadOnlySpan<long> strides)
    {
        // A scalar has no sizes, but wants an address.
        long none = 0;
        fixed (long* sizes = shape, steps = strides)
        {
            Check(
                aoti_torch_create_tensor_from_blob(
                    start, shape.Length, sizes == null ? &none : sizes, steps == null ? &none : steps, 0, (int)type, 0, 0, out var tensor),
                "create_tensor_from_blob");
            return Ret((ulong)tensor);
        }
    }

    /// <summary>How often a tensor was written in place: changes whenever its values may have.</summary>
    public static ulong Version(Tensor tensor)
    {
        Span<ulong> stack = [T(tensor)];
        Call("aten::_version\0"u8, ""u8, stack);
        return stack[0];
    }

    /// <summary>Runs a native callback over parts of [begin, end) on libtorch's threads.</summary>
    public static void ParallelFor(long begin, long end, long grain, delegate* unmanaged<long, long, void*, void> body, void* context) =>
        Check(torch_parallel_for(begin, end, grain, body, context), "parallel_for");

    /// <summary>Frees a tensor's word that no operator took over.</summary>
    public static void Free(ulong tensor) => Check(aoti_torch_delete_tensor_object((nint)tensor), "delete_tensor_object");

    /// <summary>Turns libtorch's error code into an exception.</summary>
    /// <exception cref="ExternalException">libtorch refused.</exception>
    internal static void Check(int error, string what)
    {
        if (error != 0)
        {
            throw new ExternalException($"libtorch: {what} failed");
        }
    }

    [LibraryImport(Library)]
    private static partial int torch_call_dispatcher(byte* op, byte* overload, ulong* stack, ulong version);

    [LibraryImport(Library)]
    private static partial int aoti_torch_new_tensor_handle(nint tensor, out nint handle);

    [LibraryImport(Library)]
    private static partial int aoti_torch_delete_tensor_object(nint tensor);

    [LibraryImport(Library)]
    private static partial int torch_new_list_reserve_size(nuint size, out nint list);

    [LibraryImport(Library)]
    private static partial int torch_list_push_back(nint list, ulong value);

    [LibraryImport(Library)]
    private static partial ulong aoti_torch_abi_version();

    [LibraryImport(Library)]
    private static partial int aoti_torch_memory_format_channels_last();

    [LibraryImport(Library)]
    private static partial int torch_get_mutable_data_ptr(nint tensor, out nint address);

    [LibraryImport(Library)]
    private static partial int aoti_torch_get_storage_size(nint tensor, out long bytes);

    [LibraryImport(Library)]
    private static partial int aoti_torch_create_tensor_from_blob(
        void* data, long rank, long* sizes, long* strides, long offset, int type, int device, int deviceIndex, out nint tensor);

    [LibraryImport(Library)]
    private static partial int torch_parallel_for(long begin, long end, long grain, delegate* unmanaged<long, long, void*, void> body, void* context);
}
