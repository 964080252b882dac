using Brownian.Networks.Blocks;
using static TorchSharp.torch;

namespace Brownian.Networks.Song;

/// <summary>Norm, activation, 3×3 convolution: what features say about an image.</summary>
internal sealed class NormedConvolution : nn.Module<Tensor, Tensor>
{
    private readonly GroupNormalization norm;
    private readonly Convolution conv;
    private readonly Activation activation;

    public NormedConvolution(long from, long to, long groups, double epsilon, Activation activation, ComputeSettings compute, bool startsAtZero)
        : base(nameof(NormedConvolution))
    {
        this.activation = activation;
        register_module(nameof(norm), norm = new(groups, from, epsilon, compute));
        register_module(nameof(conv), conv = new(from, to, 3, compute, startsAtZero: startsAtZero));
    }

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        return conv.call(norm.Apply(x, activation)).MoveToOuterDisposeScope();
    }

    /// <summary>Names are given explicitly; TorchSharp would add every field again under the field's name.</summary>
    protected override void RegisterComponents()
    {
    }
}
