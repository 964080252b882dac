using static TorchSharp.torch;

namespace Brownian;

/// <summary>A one-slot home for a tensor that lives from step to step: setting it frees the old one and takes the new one out of every scope.</summary>
public sealed class Kept : IDisposable
{
    /// <summary>The tensor last set; null before.</summary>
    public Tensor? Value { get; private set; }

    /// <summary>Keeps <paramref name="value"/> (borrowed) in place of the one before.</summary>
    public void Set(Tensor value)
    {
        var next = value.alias().DetachFromDisposeScope();
        Value?.Dispose();
        Value = next;
    }

    /// <summary>Frees the tensor, if there is one.</summary>
    public void Clear()
    {
        Value?.Dispose();
        Value = null;
    }

    /// <inheritdoc/>
    public void Dispose() => Value?.Dispose();
}
