using System.Runtime.InteropServices;
using System.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Runtime;

/// Any ATen operator through libtorch's stable C ABI (torch_call_dispatcher), on TorchSharp tensors. No C++ needed.
internal static unsafe class Aten
{
    private const string L = "torch_cpu";
    [DllImport(L)] private static extern int torch_call_dispatcher(byte* op, byte* overload, ulong* stack, ulong version);
    [DllImport(L)] private static extern int aoti_torch_new_tensor_handle(IntPtr orig, out IntPtr h);
    [DllImport(L)] private static extern int aoti_torch_delete_tensor_object(IntPtr h);
    [DllImport(L)] private static extern int torch_new_list_reserve_size(nuint n, out IntPtr list);
    [DllImport(L)] private static extern int torch_list_push_back(IntPtr list, ulong v);
    [DllImport(L)] private static extern int torch_list_size(IntPtr list, out nuint n);
    [DllImport(L)] private static extern int torch_list_get_item(IntPtr list, nuint i, out ulong v);
    [DllImport(L)] private static extern int torch_delete_list(IntPtr list);
    [DllImport(L)] private static extern int torch_new_string_handle(byte* s, nuint n, out IntPtr h);
    [DllImport(L)] private static extern ulong aoti_torch_abi_version();
    [DllImport(L)] private static extern int aoti_torch_memory_format_channels_last();
    [DllImport(L)] private static extern int torch_get_mutable_data_ptr(IntPtr t, out IntPtr p);
    [DllImport(L)] private static extern int torch_parallel_for(long begin, long end, long grain, delegate* unmanaged<long, long, void*, void> f, void* ctx);
    [DllImport(L, EntryPoint = "_ZN2at8autocast20set_autocast_enabledEN3c1010DeviceTypeEb")] public static extern void set_autocast_enabled(sbyte dev, [MarshalAs(UnmanagedType.U1)] bool on);
    [DllImport(L, EntryPoint = "_ZN2at8autocast18set_autocast_dtypeEN3c1010DeviceTypeENS1_10ScalarTypeE")] public static extern void set_autocast_dtype(sbyte dev, sbyte dtype);
    [DllImport(L, EntryPoint = "_ZN2at8autocast11clear_cacheEv")] public static extern void autocast_clear_cache();
    [DllImport(L, EntryPoint = "_ZN2at8autocast17increment_nestingEv")] public static extern int autocast_inc();
    [DllImport(L, EntryPoint = "_ZN2at8autocast17decrement_nestingEv")] public static extern int autocast_dec();

    private static readonly ulong Ver = aoti_torch_abi_version();
    public static readonly ulong ChannelsLast = (ulong)(uint)aoti_torch_memory_format_channels_last();

    public static ulong T(Tensor t) { if (aoti_torch_new_tensor_handle(t.Handle, out var h) != 0) throw new InvalidOperationException(); return (ulong)h; }
    public static ulong D(double d) => (ulong)BitConverter.DoubleToInt64Bits(d);
    public static ulong B(bool b) => b ? 1u : 0u;
    public static ulong Opt(ulong v) { var p = (ulong*)NativeMemory.Alloc(8); *p = v; return (ulong)p; }
    public const ulong None = 0;
    public static ulong List(IEnumerable<Tensor> ts)
    {
        torch_new_list_reserve_size(64, out var l);
        foreach (var t in ts) torch_list_push_back(l, T(t));
        return (ulong)l;
    }
    public static ulong List(ReadOnlySpan<long> v) { torch_new_list_reserve_size((nuint)v.Length, out var l); foreach (var x in v) torch_list_push_back(l, (ulong)x); return (ulong)l; }
    public static ulong Str(string s) { var b = Encoding.UTF8.GetBytes(s); fixed (byte* p = b) { torch_new_string_handle(p, (nuint)b.Length, out var h); return (ulong)h; } }

    public static void Call(ReadOnlySpan<byte> op, ReadOnlySpan<byte> overload, Span<ulong> stack)
    {
        fixed (byte* o = op, v = overload) fixed (ulong* s = stack)
        {
            byte zero = 0;
            if (torch_call_dispatcher(o, v == null ? &zero : v, s, Ver) != 0) throw new ExternalException(Encoding.UTF8.GetString(op) + " failed");
        }
    }
    public static Tensor Ret(ulong v) => Tensor.UnsafeCreateTensor((IntPtr)(long)v);
    public static Tensor[] RetList(ulong v)
    {
        torch_list_size((IntPtr)(long)v, out var n); var r = new Tensor[(int)n];
        for (nuint i = 0; i < n; i++) { torch_list_get_item((IntPtr)(long)v, i, out var x); r[(int)i] = Ret(x); }
        torch_delete_list((IntPtr)(long)v); return r;
    }
    public static IntPtr Ptr(Tensor t) { torch_get_mutable_data_ptr(t.Handle, out var p); return p; }

    /// <summary>Runs a native callback over parts of [begin, end) on libtorch's threads.</summary>
    public static void ParallelFor(long begin, long end, long grain, delegate* unmanaged<long, long, void*, void> body, void* context)
    {
        if (torch_parallel_for(begin, end, grain, body, context) != 0)
        {
            throw new ExternalException("torch_parallel_for failed");
        }
    }

    /// <summary>How often a tensor was written in place: changes whenever its values may have.</summary>
    public static ulong Version(Tensor t) { Span<ulong> s = [T(t)]; Call("aten::_version\0"u8, ""u8, s); return s[0]; }

    /// <summary>The address of a tensor's first element.</summary>
    public static nint DataPointer(Tensor t) => Ptr(t);
}
