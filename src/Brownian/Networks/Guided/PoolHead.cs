using Brownian.Networks.Blocks;
using static TorchSharp.torch;

namespace Brownian.Networks.Guided;

/// <summary>From feature maps to one vector a sample.</summary>
internal abstract class PoolHead(string name) : nn.Module(name)
{
    /// <summary>[N, K] from every feature map on the way down, [N, Cᵢ, Hᵢ, Wᵢ], and the middle's, which is last.</summary>
    public abstract Tensor Forward(IReadOnlyList<Tensor> maps);

    /// <summary>The head that a configuration asks for.</summary>
    /// <exception cref="ArgumentException">There is no such pooling.</exception>
    public static PoolHead Create(EncoderUNetConfig config, ComputeSettings compute)
    {
        var last = config.LevelChannels[^1];
        return config.Pool switch
        {
            "adaptive" => new AveragePool(last, config.OutChannels, compute),
            "attention" => new AttentionPool(config, last, compute),
            "spatial" => new FeaturePool(FeatureCount(config), config.OutChannels, normalizes: false, compute),
            "spatial_v2" => new FeaturePool(FeatureCount(config), config.OutChannels, normalizes: true, compute),
            var other => throw new ArgumentException($"pool: expected adaptive, attention, spatial or spatial_v2; got \"{other}\"."),
        };
    }

    /// <summary>Names are given explicitly; TorchSharp would add every field again under the field's name.</summary>
    protected override void RegisterComponents()
    {
    }

    /// <summary>Channels of all feature maps together: the input convolution's, each residual block's, each halving's, the middle's.</summary>
    private static long FeatureCount(EncoderUNetConfig config)
    {
        var channels = config.LevelChannels;
        return channels[0] + channels.Select((c, i) => (long)c * (config.NumResBlocks + (i < channels.Length - 1 ? 1 : 0))).Sum() + channels[^1];
    }
}
