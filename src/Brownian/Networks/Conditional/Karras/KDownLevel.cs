using Brownian.Networks.Blocks;
using Brownian.Networks.UNet;
using static TorchSharp.torch;

namespace Brownian.Networks.Conditional;

/// <summary>Residual blocks, each followed by attention or not, then a halving without weights: KDownBlock2D, KCrossAttnDownBlock2D.</summary>
internal sealed class KDownLevel : DownLevel
{
    private readonly KResBlock[] blocks;
    private readonly KAttention[] attentions = [];
    private readonly bool isLast;

    public KDownLevel(long from, LevelOptions level, KAttentionOptions? attention)
        : base(nameof(KDownLevel))
    {
        var to = level.Channels;
        isLast = level.IsLast;
        blocks = [.. Enumerable.Range(0, level.Config.LayersPerBlock).Select(i => new KResBlock(i == 0 ? from : to, to, to, to / KResBlock.GroupSize, level))];
        register_module("resnets", nn.ModuleList(blocks));
        if (attention is not null)
        {
            attentions = [.. blocks.Select(_ => new KAttention(to, attention, level.Compute))];
            register_module("attentions", nn.ModuleList(attentions));
        }
    }

    public override Features Forward(Features from, Told told, Stack<Tensor> kept)
    {
        using var scope = NewDisposeScope();
        var h = from.Hidden;
        for (var i = 0; i < blocks.Length; i++)
        {
            h = blocks[i].call(h, told.Raw);
            h = attentions.Length == 0 ? h : attentions[i].Mix(h, told);

            // The lowest level with attention goes straight on to the way up.
            h = isLast && attentions.Length > 0 ? h : Keep(h, kept);
        }

        return new Features((isLast ? h.alias() : KResampling.Halved(h)).MoveToOuterDisposeScope(), from.Image);
    }
}
