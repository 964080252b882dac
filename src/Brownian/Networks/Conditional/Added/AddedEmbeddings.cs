using Brownian.Networks.Blocks;

namespace Brownian.Networks.Conditional;

/// <summary>The kinds of added embeddings by name.</summary>
internal static class AddedEmbeddings
{
    /// <summary>The one that a configuration asks for; null for none.</summary>
    /// <exception cref="ArgumentException">The name is unknown, or a width is missing.</exception>
    public static IAddedEmbedding? Create(UNet2DConditionConfig config, ComputeSettings compute)
    {
        var (width, tokens) = ((long)config.EmbeddingChannels, (long)config.CrossAttentionDim[0]);
        return config.AdditionEmbedType switch
        {
            null => null,
            "text" => new PooledTokens(config.EncoderHidDim ?? tokens, width, config.AdditionEmbedTypeNumHeads, compute),
            "text_image" => new TextAndImage(tokens, width, compute),
            "text_time" => new TextAndTimeIds(config, compute),
            "image" => new ImageVector(Vectors(config), width, compute),
            "image_hint" => new ImageAndHint(Vectors(config), width, compute),
            var other => throw new ArgumentException(
                $"addition_embed_type: expected text, image, text_image, text_time, image_hint or null; got \"{other}\"."),
        };
    }

    private static long Vectors(UNet2DConditionConfig config) => config.EncoderHidDim ?? throw new ArgumentException(
        $"encoder_hid_dim: expected the width of image embeddings, since addition_embed_type is {config.AdditionEmbedType}; got null.");
}
