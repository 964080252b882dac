using Brownian.Networks.Blocks;

namespace Brownian.Networks.UNet;

/// <summary>The options of a <see cref="ClassEmbedding"/>.</summary>
/// <param name="Type">null (a table), "timestep", "identity", "projection" or "simple_projection".</param>
/// <param name="Count">Number of classes of a table; null for none.</param>
/// <param name="Width">E, of the result.</param>
internal sealed record ClassEmbeddingOptions(string? Type, int? Count, long Width)
{
    /// <summary>Of the layers that the features of a number go through.</summary>
    public Activation Activation { get; init; } = Activation.Silu;

    /// <summary>Width of the vectors that are projected.</summary>
    public long? ProjectionWidth { get; init; }

    /// <summary>The same, which must be given.</summary>
    /// <exception cref="ArgumentException">It is not.</exception>
    public long VectorWidth => ProjectionWidth
        ?? throw new ArgumentException($"projection_class_embeddings_input_dim: expected a number, since class_embed_type is {Type}; got null.");

    /// <summary>Those of a <see cref="UNet2D"/>.</summary>
    public static ClassEmbeddingOptions Of(UNet2DConfig config) => new(config.ClassEmbedType, config.NumClassEmbeds, config.EmbeddingChannels);
}
