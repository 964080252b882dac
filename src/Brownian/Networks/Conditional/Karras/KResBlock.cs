using Brownian.Networks.Blocks;
using Brownian.Networks.UNet;
using static TorchSharp.torch;

namespace Brownian.Networks.Conditional;

/// <summary>A residual block whose norms the time embedding sets (K-diffusion's UNet, and with it Stable Diffusion's latent upscaler).</summary>
internal sealed class KResBlock : nn.Module<Tensor, Tensor, Tensor>
{
    /// <summary>Channels in one group of the norms.</summary>
    public const int GroupSize = 32;

    private readonly AdaptiveNorm norm1;
    private readonly Convolution conv1;
    private readonly AdaptiveNorm norm2;
    private readonly Convolution conv2;
    private readonly Convolution? shortcut;
    private readonly Activation activation;
    private readonly double dropout;
    private readonly ComputeSettings compute;

    /// <param name="from">Channels that come in.</param>
    /// <param name="inner">Between the convolutions.</param>
    /// <param name="to">Channels that go out.</param>
    /// <param name="groups">Groups of the second norm.</param>
    /// <param name="level">What the level shares.</param>
    public KResBlock(long from, long inner, long to, long groups, LevelOptions level)
        : base(nameof(KResBlock))
    {
        var (config, width) = (level.Config, (long)level.Config.EmbeddingChannels);
        compute = level.Compute;
        activation = Activations.Parse(config.ActFn);
        dropout = config.Dropout;
        register_module(nameof(norm1), norm1 = new(width, from, from / GroupSize, config.NormEps, compute));
        register_module(nameof(conv1), conv1 = new(from, inner, 3, compute));
        register_module(nameof(norm2), norm2 = new(width, inner, groups, config.NormEps, compute));
        register_module(nameof(conv2), conv2 = new(inner, to, 3, compute, startsAtZero: true));
        if (from != to)
        {
            register_module("conv_shortcut", shortcut = new(from, to, 1, compute, hasBias: false));
        }
    }

    /// <summary>[N, C, H, W], [N, E] → [N, C', H, W].</summary>
    public override Tensor forward(Tensor x, Tensor embedding)
    {
        using var scope = NewDisposeScope();
        var h = conv1.call(activation.Apply(norm1.call(x, embedding)));
        h = activation.Apply(norm2.call(h, embedding));
        h = training && dropout > 0 ? Blocks.Dropout.Apply(h, dropout, compute.Noise) : h;
        return conv2.Plus(h, shortcut is null ? x : shortcut.call(x)).MoveToOuterDisposeScope();
    }

    /// <summary>Names are given explicitly; TorchSharp would add every field again under the field's name.</summary>
    protected override void RegisterComponents()
    {
    }
}
