using Brownian.Networks.Blocks;
using static TorchSharp.torch;

namespace Brownian.Networks.Conditional;

/// <summary>A picture's vector, projected (Kandinsky 2.2): the addition "image".</summary>
internal sealed class ImageVector : nn.Module, IAddedEmbedding
{
    private readonly Dense projection;
    private readonly LayerNormalization norm;

    public ImageVector(long channels, long width, ComputeSettings compute)
        : base(nameof(ImageVector))
    {
        register_module("image_proj", projection = new(channels, width, compute, exact: true));
        register_module("image_norm", norm = new(width));
    }

    public nn.Module Module => this;

    public Tensor Of(Condition? condition, ScalarType type)
    {
        using var scope = NewDisposeScope();
        var image = ConditionPart.Needed(condition?.ImageEmbedding, nameof(Condition.ImageEmbedding), "the embedding of a picture, [N, D]").to(type);
        return norm.call(projection.call(image)).MoveToOuterDisposeScope();
    }

    /// <summary>Names are given explicitly; TorchSharp would add every field again under the field's name.</summary>
    protected override void RegisterComponents()
    {
    }
}
