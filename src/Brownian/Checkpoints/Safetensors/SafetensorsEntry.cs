namespace Brownian.Checkpoints;

/// <summary>One tensor of a safetensors file, before it is read.</summary>
/// <param name="Name">Its key.</param>
/// <param name="Type">Its number type.</param>
/// <param name="Shape">Its shape; empty for a scalar.</param>
/// <param name="Begin">Where its bytes begin, counted from the start of the file.</param>
/// <param name="End">Where they end (exclusive).</param>
public sealed record SafetensorsEntry(string Name, SafetensorsType Type, IReadOnlyList<long> Shape, long Begin, long End) : TensorEntry(Name, Type, Shape)
{
    /// <inheritdoc/>
    public override string ToString() => $"{base.ToString()}, bytes {Begin}–{End}";
}
