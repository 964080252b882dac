using static TorchSharp.torch;

namespace Brownian.Networks.Blocks;

/// <summary>Doubles the resolution by repetition, then a 3×3 convolution: [N, C, H, W] → [N, C, 2H, 2W].</summary>
public sealed class Upsample : nn.Module<Tensor, Tensor>
{
    private readonly Convolution conv;

    /// <summary>A learned doubling.</summary>
    public Upsample(long channels, ComputeSettings compute)
        : base(nameof(Upsample))
    {
        conv = new Convolution(channels, channels, 3, compute);
        register_module(nameof(conv), conv);
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        return conv.call(Resample.NearestUp.Apply(x)).MoveToOuterDisposeScope();
    }

    /// <summary>Names are given explicitly; TorchSharp would add every field again under the field's name.</summary>
    protected override void RegisterComponents()
    {
    }
}
