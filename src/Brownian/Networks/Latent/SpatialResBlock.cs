using Brownian.Networks.Blocks;
using static TorchSharp.torch;

namespace Brownian.Networks.Latent;

/// <summary>The residual block of MoVQ's decoder (Zheng et al. 2022): that of all UNets, with norms that see the latents.</summary>
internal sealed class SpatialResBlock : nn.Module<Tensor, Tensor?, Tensor>
{
    private readonly Activation activation;
    private readonly SpatialNormalization norm1;
    private readonly Convolution conv1;
    private readonly SpatialNormalization norm2;
    private readonly Convolution conv2;
    private readonly Convolution? shortcut;

    public SpatialResBlock(long from, long to, long latentChannels, Activation activation, ComputeSettings compute)
        : base(nameof(SpatialResBlock))
    {
        this.activation = activation;
        register_module(nameof(norm1), norm1 = new(from, latentChannels, compute));
        register_module(nameof(conv1), conv1 = new(from, to, 3, compute));
        register_module(nameof(norm2), norm2 = new(to, latentChannels, compute));
        register_module(nameof(conv2), conv2 = new(to, to, 3, compute, startsAtZero: true));
        if (from != to)
        {
            register_module("conv_shortcut", shortcut = new(from, to, 1, compute));
        }
    }

    /// <summary>[N, C, H, W], [N, Z, h, w] → [N, C', H, W].</summary>
    public override Tensor forward(Tensor x, Tensor? latent)
    {
        using var scope = NewDisposeScope();
        var z = latent ?? throw new ArgumentException("decoder: its norms expect the latents; got none.", nameof(latent));
        var h = conv1.call(activation.Apply(norm1.call(x, z)));
        h = activation.Apply(norm2.call(h, z));
        return conv2.Plus(h, shortcut is null ? x : shortcut.call(x)).MoveToOuterDisposeScope();
    }

    /// <summary>Names are given explicitly; TorchSharp would add every field again under the field's name.</summary>
    protected override void RegisterComponents()
    {
    }
}
