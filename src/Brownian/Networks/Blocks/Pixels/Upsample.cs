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

    /// <summary>The same to a size of H' × W' pixels, one less than twice for odd ones.</summary>
    internal Tensor To(Tensor x, long height, long width)
    {
        using var scope = NewDisposeScope();
        var large = height == 2 * x.size(2) && width == 2 * x.size(3)
            ? Resample.NearestUp.Apply(x)
            : nn.functional.interpolate(x, size: [height, width], mode: InterpolationMode.Nearest);
        return conv.call(large).MoveToOuterDisposeScope();
    }

    /// <summary>Names are given explicitly; TorchSharp would add every field again under the field's name.</summary>
    protected override void RegisterComponents()
    {
    }
}
