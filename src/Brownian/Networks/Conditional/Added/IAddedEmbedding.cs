using static TorchSharp.torch;

namespace Brownian.Networks.Conditional;

/// <summary>What is added to the time embedding beside classes (diffusers' addition_embed_type).</summary>
internal interface IAddedEmbedding
{
    /// <summary>What holds the parameters.</summary>
    nn.Module Module { get; }

    /// <summary>The vector to add, [N, E].</summary>
    /// <param name="condition">All that is known.</param>
    /// <param name="type">The type of the parameters.</param>
    /// <exception cref="ArgumentException">The condition has not what is needed.</exception>
    Tensor Of(Condition? condition, ScalarType type);

    /// <summary>Channels that are shown beside the input, [N, C, H, W]; null for none.</summary>
    Tensor? Shown(Condition? condition, ScalarType type) => null;
}
