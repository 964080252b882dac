using TorchSharp;

namespace Brownian.Checkpoints;

/// <summary>PyTorch's number types by the names that pickles have for them.</summary>
internal static class TorchTypes
{
    /// <summary>Complex numbers of two doubles, which PyTorch has and safetensors has not.</summary>
    public static readonly SafetensorsType Complex128 = new("C128", 16, torch.ScalarType.ComplexFloat64);

    private static readonly Dictionary<string, SafetensorsType> Storages = Table(
    [
        ("FloatStorage", "F32"), ("DoubleStorage", "F64"), ("HalfStorage", "F16"), ("BFloat16Storage", "BF16"), ("LongStorage", "I64"),
        ("IntStorage", "I32"), ("ShortStorage", "I16"), ("CharStorage", "I8"), ("ByteStorage", "U8"), ("BoolStorage", "BOOL"),
        ("ComplexFloatStorage", "C64"), ("ComplexDoubleStorage", "C128"),
    ]);

    private static readonly Dictionary<string, SafetensorsType> Numbers = Table(
    [
        ("float32", "F32"), ("float", "F32"), ("float64", "F64"), ("double", "F64"), ("float16", "F16"), ("half", "F16"), ("bfloat16", "BF16"),
        ("int64", "I64"), ("long", "I64"), ("int32", "I32"), ("int", "I32"), ("int16", "I16"), ("short", "I16"), ("int8", "I8"), ("uint8", "U8"),
        ("bool", "BOOL"), ("complex64", "C64"), ("complex128", "C128"), ("uint16", "U16"), ("uint32", "U32"), ("uint64", "U64"),
        ("float8_e4m3fn", "F8_E4M3"), ("float8_e5m2", "F8_E5M2"), ("float8_e4m3fnuz", "F8_E4M3FNUZ"), ("float8_e5m2fnuz", "F8_E5M2FNUZ"),
        ("float8_e8m0fnu", "F8_E8M0"),
    ]);

    /// <summary>Whether a name is that of a storage's class or of a number type.</summary>
    public static bool IsType(PickleName name) => IsUntyped(name) || (name.Module == "torch" && (Storages.ContainsKey(name.Name) || Numbers.ContainsKey(name.Name)));

    /// <summary>Whether a storage is a row of bytes that tensors give a type.</summary>
    public static bool IsUntyped(PickleName name) => name.Name is "UntypedStorage" or "_UntypedStorage" && name.Module is "torch.storage" or "torch";

    /// <summary>The type of a storage's numbers by its class, or null.</summary>
    public static SafetensorsType? OfStorage(PickleName name) => name.Module == "torch" ? Storages.GetValueOrDefault(name.Name) : null;

    /// <summary>A number type by its name, or null.</summary>
    public static SafetensorsType? OfNumber(PickleName name) => name.Module == "torch" ? Numbers.GetValueOrDefault(name.Name) : null;

    /// <summary>Types by other names, from pairs of these and the names in safetensors files.</summary>
    internal static Dictionary<string, SafetensorsType> Table((string Name, string Type)[] rows) =>
        rows.ToDictionary(row => row.Name, row => row.Type == "C128" ? Complex128 : SafetensorsType.Find(row.Type)!, StringComparer.Ordinal);
}
