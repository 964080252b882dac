namespace Brownian.Checkpoints;

/// <summary>One tensor of a safetensors file, before it is read.</summary>
/// <param name="Name">Its key.</param>
/// <param name="Type">Its number type.</param>
/// <param name="Shape">Its shape; empty for a scalar.</param>
/// <param name="Begin">Where its bytes begin, counted from the start of the file.</param>
/// <param name="End">Where they end (exclusive).</param>
public sealed record SafetensorsEntry(string Name, SafetensorsType Type, IReadOnlyList<long> Shape, long Begin, long End)
{
    /// <summary>The size in bytes.</summary>
    public long Bytes => End - Begin;

    /// <summary>The number of elements.</summary>
    public long Count => Bytes / Type.Bytes;

    /// <inheritdoc/>
    public override string ToString() => $"{Name}: {Type.Name} [{string.Join(", ", Shape)}], bytes {Begin}–{End}";
}
