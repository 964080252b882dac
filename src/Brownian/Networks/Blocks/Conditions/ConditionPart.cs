using static TorchSharp.torch;

namespace Brownian.Networks.Blocks;

/// <summary>The parts of a condition that a network cannot do without.</summary>
internal static class ConditionPart
{
    /// <summary>The part, or one clear error.</summary>
    /// <param name="part">What was given.</param>
    /// <param name="name">The property of <see cref="Condition"/>.</param>
    /// <param name="expected">What it should be, such as "text tokens, [N, L, 768]".</param>
    /// <exception cref="ArgumentException">It is missing.</exception>
    public static Tensor Needed(Tensor? part, string name, string expected) => part
        ?? throw new ArgumentException($"condition: the network expects {expected}, in Condition.{name}; got none.", "condition");
}
