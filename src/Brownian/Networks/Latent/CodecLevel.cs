using Brownian.Networks.Blocks;
using static TorchSharp.torch;

namespace Brownian.Networks.Latent;

/// <summary>One level of an encoder or decoder: residual blocks, each followed by attention or not, and then a halving or doubling.</summary>
internal sealed class CodecLevel : nn.Module<Tensor, Tensor?, Tensor>
{
    private readonly nn.Module<Tensor, Tensor?, Tensor>[] blocks;
    private readonly Attention[] attentions = [];
    private readonly nn.Module<Tensor, Tensor>? resampling;

    /// <param name="make">Makes the blocks.</param>
    /// <param name="from">Channels that come in.</param>
    /// <param name="to">Channels that go out.</param>
    /// <param name="count">Residual blocks.</param>
    /// <param name="attends">Whether each is followed by attention.</param>
    /// <param name="name">"downsamplers" or "upsamplers".</param>
    /// <param name="resampling">The change of resolution at the end; null for none.</param>
    public CodecLevel(CodecBlocks make, long from, long to, int count, bool attends, string name, nn.Module<Tensor, Tensor>? resampling)
        : base(nameof(CodecLevel))
    {
        this.resampling = resampling;
        blocks = [.. Enumerable.Range(0, count).Select(i => make.Block(i == 0 ? from : to, to))];
        register_module("resnets", nn.ModuleList(blocks));
        if (attends)
        {
            attentions = [.. blocks.Select(_ => make.Attend(to))];
            register_module("attentions", nn.ModuleList(attentions));
        }

        if (resampling is not null)
        {
            register_module(name, nn.ModuleList(resampling));
        }
    }

    /// <summary>[N, C, H, W] → [N, C', H', W'].</summary>
    public override Tensor forward(Tensor x, Tensor? latent)
    {
        using var scope = NewDisposeScope();
        var h = x;
        for (var i = 0; i < blocks.Length; i++)
        {
            h = blocks[i].call(h, latent);
            h = attentions.Length == 0 ? h : attentions[i].Beside(h, latent);
        }

        h = resampling is null ? h.alias() : resampling.call(h);
        return h.MoveToOuterDisposeScope();
    }

    /// <summary>Names are given explicitly; TorchSharp would add every field again under the field's name.</summary>
    protected override void RegisterComponents()
    {
    }
}
