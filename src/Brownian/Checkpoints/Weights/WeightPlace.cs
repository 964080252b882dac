using static TorchSharp.torch;

namespace Brownian.Checkpoints;

/// <summary>Where the numbers of a foreign weight go.</summary>
/// <param name="Name">Our name.</param>
/// <param name="Part">The part that goes there; null for the whole.</param>
/// <param name="IsTransposed">Whether the foreign matrix is the transposed one.</param>
public sealed record WeightPlace(string Name, WeightPart? Part = null, bool IsTransposed = false)
{
    /// <summary>Our weight from the foreign one.</summary>
    /// <exception cref="ArgumentException">It cannot be shared out as said.</exception>
    public Tensor Take(Tensor foreign)
    {
        using var scope = NewDisposeScope();
        var part = Part is null ? foreign.alias() : Part.Take(foreign);
        return (IsTransposed ? part.t().contiguous() : part).MoveToOuterDisposeScope();
    }
}
