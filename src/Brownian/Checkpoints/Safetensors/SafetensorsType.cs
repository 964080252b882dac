using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Checkpoints;

/// <summary>A number type by its name in safetensors files.</summary>
/// <param name="Name">The name in the file, such as "BF16".</param>
/// <param name="Bytes">Bytes a number.</param>
/// <param name="ScalarType">The tensor type that holds it; null for types that the engine has no tensors of.</param>
public sealed record SafetensorsType(string Name, int Bytes, ScalarType? ScalarType)
{
    /// <summary>Every type that a file may name.</summary>
    public static IReadOnlyList<SafetensorsType> All { get; } =
    [
        new("F64", 8, torch.ScalarType.Float64), new("F32", 4, torch.ScalarType.Float32),
        new("F16", 2, torch.ScalarType.Float16), new("BF16", 2, torch.ScalarType.BFloat16),
        new("I64", 8, torch.ScalarType.Int64), new("I32", 4, torch.ScalarType.Int32),
        new("I16", 2, torch.ScalarType.Int16), new("I8", 1, torch.ScalarType.Int8),
        new("U8", 1, torch.ScalarType.Byte), new("BOOL", 1, torch.ScalarType.Bool),
        new("C64", 8, torch.ScalarType.ComplexFloat32),
        new("U16", 2, null), new("U32", 4, null), new("U64", 8, null),
        new("F8_E4M3", 1, null), new("F8_E5M2", 1, null), new("F8_E8M0", 1, null),
        new("F8_E4M3FNUZ", 1, null), new("F8_E5M2FNUZ", 1, null),
    ];

    private static readonly Dictionary<string, SafetensorsType> ByName = All.ToDictionary(t => t.Name, StringComparer.Ordinal);

    private static readonly Dictionary<ScalarType, SafetensorsType> ByScalarType =
        All.Where(t => t.ScalarType is not null).ToDictionary(t => t.ScalarType!.Value);

    /// <summary>The type of this name, or null.</summary>
    public static SafetensorsType? Find(string name) => ByName.GetValueOrDefault(name);

    /// <summary>The type that stores tensors of <paramref name="type"/>.</summary>
    /// <exception cref="ArgumentException">No safetensors type stores it.</exception>
    public static SafetensorsType Of(ScalarType type) => ByScalarType.TryGetValue(type, out var found)
        ? found
        : throw new ArgumentException(
            $"dtype: safetensors files store {string.Join(", ", ByScalarType.Keys)}; got {type}. Convert the tensor with .to(ScalarType.Float32).",
            nameof(type));
}
