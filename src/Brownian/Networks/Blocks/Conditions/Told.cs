using static TorchSharp.torch;

namespace Brownian.Networks.Blocks;

/// <summary>What the blocks of a network are told beside the features.</summary>
/// <param name="Active">The embedding of time and classes after its activation, [N, E].</param>
/// <param name="Raw">The same before it.</param>
internal sealed record Told(Tensor Active, Tensor Raw)
{
    /// <summary>The condition's tokens, [N, L, D]; null for none.</summary>
    public Tensor? Tokens { get; init; }

    /// <summary>A bias of the scores of attention to them, [N, 1, 1, L]; null for none.</summary>
    public Tensor? TokenBias { get; init; }
}
