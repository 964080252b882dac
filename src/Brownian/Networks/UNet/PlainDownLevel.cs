using Brownian.Networks.Blocks;
using static TorchSharp.torch;

namespace Brownian.Networks.UNet;

/// <summary>Residual blocks, each followed by attention or not, then a halving: DownBlock2D, AttnDownBlock2D, ResnetDownsampleBlock2D.</summary>
internal sealed class PlainDownLevel : DownLevel
{
    private readonly ResBlock[] blocks;
    private readonly LevelOptions options;
    private readonly nn.Module[] mixers;
    private readonly Downsample? halving;
    private readonly ResBlock? halvingBlock;
    private readonly bool averages;

    public PlainDownLevel(long from, LevelOptions options, Resizing resizing)
        : base(nameof(PlainDownLevel))
    {
        this.options = options;
        var (config, to) = (options.Config, options.Channels);
        blocks = [.. Enumerable.Range(0, config.LayersPerBlock).Select(i => options.Block(i == 0 ? from : to, to))];
        register_module("resnets", nn.ModuleList(blocks));
        mixers = options.Mixers(blocks.Length);
        if (mixers.Length > 0)
        {
            register_module("attentions", nn.ModuleList(mixers));
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

    public override Features Forward(Features from, Told told, Stack<Tensor> kept)
    {
        using var scope = NewDisposeScope();
        var (h, embedding) = (from.Hidden, options.Seen(told));
        for (var i = 0; i < blocks.Length; i++)
        {
            h = blocks[i].call(h, embedding);
            h = Keep(mixers.Length == 0 ? h : ((IMixer)mixers[i]).Mix(h, told), kept);
        }

        h = halving is not null ? Keep(halving.call(h), kept) : h;
        h = halvingBlock is not null ? Keep(halvingBlock.call(h, embedding), kept) : h;
        h = averages ? Keep(Resample.AverageDown.Apply(h), kept) : h;
        return new Features(h.alias().MoveToOuterDisposeScope(), from.Image);
    }
}
