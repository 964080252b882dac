using Brownian.Networks.Blocks;
using static TorchSharp.torch;

namespace Brownian.Networks.Conditional;

/// <summary>The sum of a text's and a picture's vectors, projected (Kandinsky 2.1): the addition "text_image".</summary>
internal sealed class TextAndImage : nn.Module, IAddedEmbedding
{
    private readonly Dense ofText;
    private readonly LayerNormalization norm;
    private readonly Dense ofImage;

    public TextAndImage(long channels, long width, ComputeSettings compute)
        : base(nameof(TextAndImage))
    {
        register_module("text_proj", ofText = new(channels, width, compute, exact: true));
        register_module("text_norm", norm = new(width));
        register_module("image_proj", ofImage = new(channels, width, compute, exact: true));
    }

    public nn.Module Module => this;

    public Tensor Of(Condition? condition, ScalarType type)
    {
        using var scope = NewDisposeScope();
        var text = ConditionPart.Needed(condition?.TextEmbedding, nameof(Condition.TextEmbedding), "the embedding of a text, [N, D]").to(type);
        var image = ConditionPart.Needed(condition?.ImageEmbedding, nameof(Condition.ImageEmbedding), "the embedding of a picture, [N, D]").to(type);
        return (ofImage.call(image) + norm.call(ofText.call(text))).MoveToOuterDisposeScope();
    }

    /// <summary>Names are given explicitly; TorchSharp would add every field again under the field's name.</summary>
    protected override void RegisterComponents()
    {
    }
}
