namespace Brownian.Checkpoints;

/// <summary>One tensor of a file, before it is read.</summary>
/// <param name="Name">Its key.</param>
/// <param name="Type">Its number type.</param>
/// <param name="Shape">Its shape; empty for a scalar.</param>
public record TensorEntry(string Name, SafetensorsType Type, IReadOnlyList<long> Shape)
{
    /// <summary>The number of elements.</summary>
    public long Count => Shape.Aggregate(1L, (product, size) => product * size);

    /// <summary>The size of the elements in bytes.</summary>
    public long Bytes => Count * Type.Bytes;

    /// <summary>Where its bytes begin in the file; null where they are compressed or not in one piece.</summary>
    public long? Offset { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Name}: {Type.Name} [{string.Join(", ", Shape)}]";
}
