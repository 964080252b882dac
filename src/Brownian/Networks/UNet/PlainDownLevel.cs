using Brownian.Networks.Blocks;
using static TorchSharp.torch;

namespace Brownian.Networks.UNet;

/// <summary>Residual blocks, each followed by attention or not, then a halving: DownBlock2D, AttnDownBlock2D, ResnetDownsampleBlock2D.</summary>
internal sealed class PlainDownLevel : DownLevel
{
    private readonly ResBlock[] blocks;
    private readonly Attention[] attentions = [];
    private readonly Downsample? halving;
    private readonly ResBlock? halvingBlock;
    private readonly bool averages;

    public PlainDownLevel(long from, LevelOptions options, Resizing resizing)
        : base(nameof(PlainDownLevel))
    {
        var (config, to) = (options.Config, options.Channels);
        blocks = [.. Enumerable.Range(0, config.LayersPerBlock).Select(i => options.Block(i == 0 ? from : to, to))];
        register_module("resnets", nn.ModuleList(blocks));
        if (options.Attends)
        {
            attentions = [.. blocks.Select(_ => options.Attend(options.Groups(to)))];
            register_module("attentions", nn.ModuleList(attentions));
        }

        if (options.IsLast)
        {
            return;
        }

        if (resizing == Resizing.Convolution)
        {
            register_module("downsamplers", nn.ModuleList(halving = new Downsample(to, config.DownsamplePadding, options.Compute)));
        }
        else if (resizing == Resizing.Plain)
        {
            averages = true;
        }
        else
        {
            register_module("downsamplers", nn.ModuleList(halvingBlock = options.Block(to, to, Resample.AverageDown)));
        }
    }

    public override Features Forward(Features from, Tensor embedding, Stack<Tensor> kept)
    {
        using var scope = NewDisposeScope();
        var h = from.Hidden;
        for (var i = 0; i < blocks.Length; i++)
        {
            h = blocks[i].call(h, embedding);
            h = Keep(attentions.Length == 0 ? h : attentions[i].call(h), kept);
        }

        h = halving is not null ? Keep(halving.call(h), kept) : h;
        h = halvingBlock is not null ? Keep(halvingBlock.call(h, embedding), kept) : h;
        h = averages ? Keep(Resample.AverageDown.Apply(h), kept) : h;
        return new Features(h.alias().MoveToOuterDisposeScope(), from.Image);
    }
}
