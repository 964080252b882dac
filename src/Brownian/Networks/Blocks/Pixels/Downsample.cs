using static TorchSharp.torch;

namespace Brownian.Networks.Blocks;

/// <summary>Halves the resolution with a 3×3 convolution of stride 2: [N, C, H, W] → [N, C, H/2, W/2].</summary>
public sealed class Downsample : nn.Module<Tensor, Tensor>
{
    private readonly Convolution conv;
    private readonly bool asymmetric;

    /// <summary>A learned halving.</summary>
    /// <param name="channels">C.</param>
    /// <param name="padding">Zeros on every side; 0 means one row below and one column to the right, as the first DDPM code pads.</param>
    /// <param name="compute">Shared by the network.</param>
    public Downsample(long channels, int padding, ComputeSettings compute)
        : base(nameof(Downsample))
    {
        asymmetric = padding == 0;
        conv = new Convolution(channels, channels, 3, compute, stride: 2, padding: padding);
        register_module(nameof(conv), conv);
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var input = asymmetric ? nn.functional.pad(x, [0, 1, 0, 1]) : x;
        return conv.call(input).MoveToOuterDisposeScope();
    }

    /// <summary>Names are given explicitly; TorchSharp would add every field again under the field's name.</summary>
    protected override void RegisterComponents()
    {
    }
}
