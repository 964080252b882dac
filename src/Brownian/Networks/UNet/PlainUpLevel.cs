using Brownian.Networks.Blocks;
using static TorchSharp.torch;

namespace Brownian.Networks.UNet;

/// <summary>Residual blocks, each followed by attention or not, then a doubling: UpBlock2D, AttnUpBlock2D, ResnetUpsampleBlock2D.</summary>
internal sealed class PlainUpLevel : UpLevel
{
    private readonly ResBlock[] blocks;
    private readonly LevelOptions options;
    private readonly nn.Module[] mixers;
    private readonly Upsample? doubling;
    private readonly ResBlock? doublingBlock;
    private readonly bool repeats;

    public PlainUpLevel(UpChannels channels, LevelOptions options, Resizing resizing)
        : base(nameof(PlainUpLevel))
    {
        this.options = options;
        var (to, count) = (options.Channels, options.Config.LayersPerBlock + 1);
        blocks = [.. Enumerable.Range(0, count).Select(i =>
        {
            var (hidden, map) = channels.At(i, count, to);
            return options.Block(hidden + map, to);
        })];
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
            register_module("upsamplers", nn.ModuleList(doubling = new Upsample(to, options.Compute)));
        }
        else if (resizing == Resizing.Plain)
        {
            repeats = true;
        }
        else
        {
            register_module("upsamplers", nn.ModuleList(doublingBlock = options.Block(to, to, Resample.NearestUp)));
        }
    }

    public override Features Forward(Features from, Told told, Stack<Tensor> kept)
    {
        using var scope = NewDisposeScope();
        var (h, embedding) = (from.Hidden, options.Seen(told));
        for (var i = 0; i < blocks.Length; i++)
        {
            h = blocks[i].call(Joined(h, kept), embedding);
            h = mixers.Length == 0 ? h : ((IMixer)mixers[i]).Mix(h, told);
        }

        h = doubling is null ? h : options.FitsSizes && kept.TryPeek(out var next) ? doubling.To(h, next.size(2), next.size(3)) : doubling.call(h);
        h = doublingBlock is not null ? doublingBlock.call(h, embedding) : h;
        h = repeats ? Resample.NearestUp.Apply(h) : h;
        return new Features(h.MoveToOuterDisposeScope(), from.Image);
    }
}
