using static TorchSharp.torch;

namespace Brownian.Checkpoints;

/// <summary>One of several weights that lie in one foreign tensor, such as the keys in a stack of queries, keys and values.</summary>
/// <param name="Index">Its number, from 0.</param>
/// <param name="Of">How many there are.</param>
/// <param name="Groups">
/// The first axis is [Groups, Of, rest]: 1 where the weights lie one after the other, the number of heads where each head's lie together,
/// 0 where they alternate row by row.
/// </param>
public sealed record WeightPart(int Index, int Of, int Groups = 1)
{
    /// <summary>The part of <paramref name="whole"/>, [Of · C, …] → [C, …].</summary>
    /// <exception cref="ArgumentException">The first axis cannot be shared out so.</exception>
    public Tensor Take(Tensor whole)
    {
        var rows = whole.dim() > 0 ? whole.size(0) : 0;
        var groups = Groups == 0 ? rows / Of : Groups;
        if (groups == 0 || rows % (groups * Of) != 0)
        {
            throw new ArgumentException($"expected a first axis that {Math.Max(groups, 1)} × {Of} parts share; got {rows}");
        }

        using var scope = NewDisposeScope();
        long[] rest = whole.shape[1..];
        var part = whole.reshape([groups, Of, rows / (groups * Of), .. rest]).select(1, Index);
        return part.reshape([rows / Of, .. rest]).MoveToOuterDisposeScope();
    }
}
