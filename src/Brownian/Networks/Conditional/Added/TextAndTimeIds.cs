using Brownian.Networks.Blocks;
using static TorchSharp.torch;

namespace Brownian.Networks.Conditional;

/// <summary>A text's vector beside the features of sizes and crops (SDXL, Podell et al. 2023): the addition "text_time".</summary>
internal sealed class TextAndTimeIds : IAddedEmbedding
{
    private readonly SinusoidalFeatures features;
    private readonly EmbeddingMlp layers;

    public TextAndTimeIds(UNet2DConditionConfig config, ComputeSettings compute)
    {
        var channels = config.AdditionTimeEmbedDim
            ?? throw new ArgumentException("addition_time_embed_dim: expected a number, since addition_embed_type is text_time; got null.");
        var input = config.ProjectionClassEmbeddingsInputDim
            ?? throw new ArgumentException("projection_class_embeddings_input_dim: expected a number, since addition_embed_type is text_time; got null.");
        features = new(channels, config.FlipSinToCos, config.FreqShift);
        layers = new(input, config.EmbeddingChannels, compute);
    }

    public nn.Module Module => layers;

    public Tensor Of(Condition? condition, ScalarType type)
    {
        using var scope = NewDisposeScope();
        var text = ConditionPart.Needed(condition?.TextEmbedding, nameof(Condition.TextEmbedding), "the embedding of a text, [N, D]");
        var ids = ConditionPart.Needed(condition?.TimeIds, nameof(Condition.TimeIds), "sizes and crops, [N, K]");
        var told = features.call(ids.flatten()).reshape(ids.size(0), -1);
        return layers.call(cat([text.to(type), told.to(type)], 1)).MoveToOuterDisposeScope();
    }
}
