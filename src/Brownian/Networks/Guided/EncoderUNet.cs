using Brownian.Networks.Blocks;
using Brownian.Networks.UNet;
using static TorchSharp.torch;

namespace Brownian.Networks.Guided;

/// <summary>A classifier of noisy images: [N, C, H, W] and the noise's label → [N, K]. See <see cref="EncoderUNetConfig"/>.</summary>
public sealed class EncoderUNet : BlockNetwork, IConfiguredNetwork
{
    private readonly UNet2DConfig trunk;
    private readonly Convolution inputConvolution;
    private readonly nn.Module<Tensor, Tensor> timeFeatures;
    private readonly EmbeddingMlp timeEmbedding;
    private readonly DownLevel[] down;
    private readonly MidLevel middle;
    private readonly PoolHead pool;

    /// <summary>A network with random weights.</summary>
    /// <param name="config">Its shape.</param>
    /// <param name="seed">Of the weights.</param>
    /// <exception cref="ArgumentException">The configuration contradicts itself, or names what does not exist.</exception>
    public EncoderUNet(EncoderUNetConfig config, ulong seed = 0)
        : base(nameof(EncoderUNet))
    {
        Config = config;
        trunk = config.Trunk();
        UNet2DShape.Check(trunk);
        register_module("conv_in", inputConvolution = new(trunk.InChannels, trunk.BlockOutChannels[0], 3, Compute));
        (timeFeatures, var timeWidth) = TimeEmbedding.Create(trunk);
        register_module("time_proj", timeFeatures);
        register_module("time_embedding", timeEmbedding = new(timeWidth, trunk.EmbeddingChannels, Compute));
        register_module("down_blocks", nn.ModuleList(down = UNet2DShape.Down(trunk, Compute)));
        register_module("mid_block", middle = UNet2DShape.Middle(trunk, Compute)!);
        register_module("pool", pool = PoolHead.Create(config, Compute));
        Start(seed);
    }

    /// <summary>The shape.</summary>
    public EncoderUNetConfig Config { get; }

    /// <inheritdoc/>
    NetworkConfig IConfiguredNetwork.Config => Config;

    /// <summary>[N, C, H, W], [N] → [N, K] in float32 (float64 if the parameters are): logits.</summary>
    /// <param name="input">[N, C, H, W].</param>
    /// <param name="label">What the network is told about the noise, [N].</param>
    /// <param name="condition">Not read.</param>
    /// <exception cref="ArgumentException">The input has other channels, or not the size that attention pooling was made for.</exception>
    public override Tensor forward(Tensor input, Tensor label, Condition? condition)
    {
        using var scope = NewDisposeScope();
        CheckImages(input, label, trunk.InChannels);
        var master = inputConvolution.get_parameter("weight")!.dtype;
        var embedding = timeEmbedding.call(timeFeatures.call(label).to(master));
        var told = new Told(nn.functional.silu(embedding), embedding);
        var h = Traced("conv_in", inputConvolution.call(Prepared(input, master)));
        var kept = new Stack<Tensor>([h.alias()]);
        var features = new Features(h, null);
        for (var i = 0; i < down.Length; i++)
        {
            features = down[i].Forward(features, told, kept);
            Traced($"down_blocks.{i}", features.Hidden);
        }

        h = Traced("mid_block", middle.Forward(features.Hidden, told));
        return pool.Forward([.. kept.Reverse(), h]).to(master).contiguous().MoveToOuterDisposeScope();
    }
}
