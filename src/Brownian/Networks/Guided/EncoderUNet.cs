using Brownian.Networks.Blocks;
using Brownian.Networks.UNet;
using Brownian.Runtime;
using static TorchSharp.torch;

namespace Brownian.Networks.Guided;

/// <summary>A classifier of noisy images: [N, C, H, W] and the noise's label → [N, K]. See <see cref="EncoderUNetConfig"/>.</summary>
public sealed class EncoderUNet : Network, IConfiguredNetwork
{
    private readonly ComputeSettings compute = new();
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
        register_module("conv_in", inputConvolution = new(trunk.InChannels, trunk.BlockOutChannels[0], 3, compute));
        (timeFeatures, var timeWidth) = TimeEmbedding.Create(trunk);
        register_module("time_proj", timeFeatures);
        register_module("time_embedding", timeEmbedding = new(timeWidth, trunk.EmbeddingChannels, compute));
        register_module("down_blocks", nn.ModuleList(down = UNet2DShape.Down(trunk, compute)));
        register_module("mid_block", middle = UNet2DShape.Middle(trunk, compute)!);
        register_module("pool", pool = PoolHead.Create(config, compute));
        foreach (var (i, layer) in modules().OfType<IInitialized>().Index())
        {
            using var noise = new RandomStream(seed, (ulong)i);
            layer.Initialize(noise);
        }
    }

    /// <summary>The shape.</summary>
    public EncoderUNetConfig Config { get; }

    /// <inheritdoc/>
    NetworkConfig IConfiguredNetwork.Config => Config;

    /// <inheritdoc/>
    public override ScalarType ComputeType
    {
        get => compute.Type;
        set => compute.Type = value is ScalarType.Float32 or ScalarType.BFloat16
            ? value
            : throw new ArgumentException($"ComputeType: expected Float32 or BFloat16; got {value}.", nameof(value));
    }

    /// <inheritdoc/>
    public override RandomStream? DropoutNoise
    {
        get => compute.Noise;
        set => compute.Noise = value;
    }

    /// <summary>Called with the name and output of each part while it runs, when set.</summary>
    internal Action<string, Tensor>? Trace { get; set; }

    /// <summary>[N, C, H, W], [N] → [N, K] in float32 (float64 if the parameters are): logits.</summary>
    /// <param name="input">[N, C, H, W].</param>
    /// <param name="label">What the network is told about the noise, [N].</param>
    /// <param name="condition">Not read.</param>
    /// <exception cref="ArgumentException">The input has other channels, or not the size that attention pooling was made for.</exception>
    public override Tensor forward(Tensor input, Tensor label, Condition? condition)
    {
        using var scope = NewDisposeScope();
        UNet2DShape.CheckInput(trunk, input, label);
        var master = inputConvolution.get_parameter("weight")!.dtype;
        var embedding = nn.functional.silu(timeEmbedding.call(timeFeatures.call(label).to(master)));
        var x = input.to(compute.For(master));
        var h = Traced("conv_in", inputConvolution.call(compute.ChannelsLast ? MemoryLayout.ToChannelsLast(x) : x));
        var kept = new Stack<Tensor>([h.alias()]);
        var features = new Features(h, null);
        for (var i = 0; i < down.Length; i++)
        {
            features = down[i].Forward(features, embedding, kept);
            Traced($"down_blocks.{i}", features.Hidden);
        }

        h = Traced("mid_block", middle.call(features.Hidden, embedding));
        return pool.Forward([.. kept.Reverse(), h]).to(master).contiguous().MoveToOuterDisposeScope();
    }

    /// <summary>Names are given explicitly; TorchSharp would add every field again under the field's name.</summary>
    protected override void RegisterComponents()
    {
    }

    private Tensor Traced(string name, Tensor value)
    {
        Trace?.Invoke(name, value);
        return value;
    }
}
