using Brownian.Networks.Blocks;
using static TorchSharp.torch;

namespace Brownian.Networks.Conditional;

/// <summary>A picture's vector, projected, and beside the input a picture of the layout, reduced by 8 (Kandinsky 2.2): "image_hint".</summary>
internal sealed class ImageAndHint : nn.Module, IAddedEmbedding
{
    // (channels, stride) of each convolution of 3×3; all but the last are followed by SiLU.
    private static readonly (int Channels, int Stride)[] Layers = [(16, 1), (16, 1), (32, 2), (32, 1), (96, 2), (96, 1), (256, 2), (4, 1)];

    private readonly Dense projection;
    private readonly LayerNormalization norm;
    private readonly Convolution[] convolutions;

    public ImageAndHint(long channels, long width, ComputeSettings compute)
        : base(nameof(ImageAndHint))
    {
        register_module("image_proj", projection = new(channels, width, compute, exact: true));
        register_module("image_norm", norm = new(width));
        convolutions = [.. Layers.Select((layer, i) =>
            new Convolution(i == 0 ? 3 : Layers[i - 1].Channels, layer.Channels, 3, compute, layer.Stride, padding: 1))];

        // Files number the activations, too.
        register_module("input_hint_block", nn.ModuleList<nn.Module>([.. convolutions.SelectMany((layer, i) =>
            i == 0 ? new nn.Module[] { layer } : [nn.Identity(), layer])]));
    }

    public nn.Module Module => this;

    public Tensor Of(Condition? condition, ScalarType type)
    {
        using var scope = NewDisposeScope();
        var image = ConditionPart.Needed(condition?.ImageEmbedding, nameof(Condition.ImageEmbedding), "the embedding of a picture, [N, D]").to(type);
        return norm.call(projection.call(image)).MoveToOuterDisposeScope();
    }

    public Tensor Shown(Condition? condition, ScalarType type)
    {
        using var scope = NewDisposeScope();
        var h = ConditionPart.Needed(condition?.Hint, nameof(Condition.Hint), "a picture of the layout, [N, 3, 8·H, 8·W]").to(type);
        for (var i = 0; i < convolutions.Length; i++)
        {
            h = convolutions[i].call(i == 0 ? h : nn.functional.silu(h));
        }

        return h.to(type).MoveToOuterDisposeScope();
    }

    /// <summary>Names are given explicitly; TorchSharp would add every field again under the field's name.</summary>
    protected override void RegisterComponents()
    {
    }
}
