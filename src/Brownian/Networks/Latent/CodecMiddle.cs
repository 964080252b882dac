using Brownian.Networks.Blocks;
using static TorchSharp.torch;

namespace Brownian.Networks.Latent;

/// <summary>The lowest resolution of an encoder or decoder: a residual block, attention or not, another residual block.</summary>
internal sealed class CodecMiddle : nn.Module<Tensor, Tensor?, Tensor>
{
    private readonly nn.Module<Tensor, Tensor?, Tensor> first;
    private readonly Attention? attention;
    private readonly nn.Module<Tensor, Tensor?, Tensor> second;

    public CodecMiddle(CodecBlocks make, long channels)
        : base(nameof(CodecMiddle))
    {
        first = make.Block(channels, channels);
        second = make.Block(channels, channels);
        register_module("resnets", nn.ModuleList(first, second));
        if (make.Config.MidBlockAddAttention)
        {
            register_module("attentions", nn.ModuleList(attention = make.Attend(channels)));
        }
    }

    /// <summary>[N, C, H, W] → [N, C, H, W].</summary>
    public override Tensor forward(Tensor x, Tensor? latent)
    {
        using var scope = NewDisposeScope();
        var h = first.call(x, latent);
        h = attention is null ? h : attention.Beside(h, latent);
        return second.call(h, latent).MoveToOuterDisposeScope();
    }

    /// <summary>Names are given explicitly; TorchSharp would add every field again under the field's name.</summary>
    protected override void RegisterComponents()
    {
    }
}
