using static TorchSharp.torch;

namespace Brownian.Networks.Blocks;

/// <summary>
/// Group normalisation that is scaled and shifted by 1×1 convolutions of a latent image (Zheng et al. 2022, "MoVQ", eq. 4): <c>norm(x)·y(z) + b(z)</c>.
/// </summary>
internal sealed class SpatialNormalization : nn.Module<Tensor, Tensor, Tensor>
{
    // The reference has these in its code and not in its configuration.
    private const long Groups = 32;
    private const double Epsilon = 1e-6;

    private readonly GroupNormalization norm;
    private readonly Convolution scale;
    private readonly Convolution shift;

    /// <param name="channels">C.</param>
    /// <param name="latentChannels">Channels of the latent image.</param>
    /// <param name="compute">Shared by the network.</param>
    public SpatialNormalization(long channels, long latentChannels, ComputeSettings compute)
        : base(nameof(SpatialNormalization))
    {
        register_module("norm_layer", norm = new(Groups, channels, Epsilon, compute));
        register_module("conv_y", scale = new(latentChannels, channels, 1, compute));
        register_module("conv_b", shift = new(latentChannels, channels, 1, compute));
    }

    /// <summary>[N, C, H, W], [N, Z, h, w] → [N, C, H, W]; the latent image is enlarged by repetition.</summary>
    public override Tensor forward(Tensor x, Tensor latent)
    {
        using var scope = NewDisposeScope();
        var z = nn.functional.interpolate(latent.to(x.dtype), size: [x.size(2), x.size(3)], mode: InterpolationMode.Nearest);
        return (norm.call(x) * scale.call(z)).add_(shift.call(z)).MoveToOuterDisposeScope();
    }

    /// <summary>Names are given explicitly; TorchSharp would add every field again under the field's name.</summary>
    protected override void RegisterComponents()
    {
    }
}
