using Brownian.Networks.Blocks;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Brownian.Networks.Guided;

/// <summary>Norm, SiLU, then attention of the mean pixel to all pixels and itself ("attention"; CLIP's, Radford et al. 2021).</summary>
internal sealed class AttentionPool : PoolHead, IInitialized
{
    private readonly GroupNormalization norm;
    private readonly Parameter positions;
    private readonly Dense query;
    private readonly Dense key;
    private readonly Dense value;
    private readonly Dense output;
    private readonly long heads;
    private readonly long side;

    public AttentionPool(EncoderUNetConfig config, long channels, ComputeSettings compute)
        : base(nameof(AttentionPool))
    {
        if (config.NumHeadChannels < 1 || channels % config.NumHeadChannels != 0)
        {
            throw new ArgumentException(
                $"num_head_channels: attention pooling expects a divisor of the middle's {channels} channels; got {config.NumHeadChannels}.");
        }

        heads = channels / config.NumHeadChannels;
        side = config.ImageSize >> (config.ChannelMult.Count - 1);
        register_module(nameof(norm), norm = new(32, channels, 1e-5, compute));
        positions = new Parameter(zeros(channels, side * side + 1));
        register_parameter(nameof(positions), positions);
        register_module("to_q", query = new(channels, channels, compute));
        register_module("to_k", key = new(channels, channels, compute));
        register_module("to_v", value = new(channels, channels, compute));
        register_module("to_out", output = new(channels, config.OutChannels, compute, exact: true));
    }

    public override Tensor Forward(IReadOnlyList<Tensor> maps)
    {
        using var scope = NewDisposeScope();
        var h = norm.Apply(maps[^1], Activation.Silu);
        if (h.size(2) != side || h.size(3) != side)
        {
            throw new ArgumentException(
                $"input: attention pooling was made for {side}×{side} features; got {h.size(2)}×{h.size(3)}. Give square images of image_size pixels.");
        }

        var pixels = h.flatten(2); // [N, C, T]
        var tokens = (cat([pixels.mean([2], keepdim: true), pixels], 2) + positions.to(pixels.dtype)).transpose(1, 2); // [N, 1 + T, C]

        // Only the mean's row of the result is used.
        var mixed = nn.functional.scaled_dot_product_attention(
            Heads(query.call(tokens.narrow(1, 0, 1))), Heads(key.call(tokens)), Heads(value.call(tokens)));
        return output.call(mixed.transpose(1, 2).reshape(h.size(0), -1)).MoveToOuterDisposeScope();
    }

    // N(0, 1/C), CLIP's.
    void IInitialized.Initialize(RandomStream noise)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        positions.copy_(noise.NormalLike(positions) / Math.Sqrt(positions.size(0)));
    }

    private Tensor Heads(Tensor tokens) => tokens.view(tokens.size(0), tokens.size(1), heads, -1).transpose(1, 2);
}
