using Brownian.Networks.Blocks;
using static TorchSharp.torch;

namespace Brownian.Networks.UNet;

/// <summary>
/// A level with an image pyramid beside the features (NCSN++, Song et al. 2021, app. H): SkipDownBlock2D, AttnSkipDownBlock2D.
/// </summary>
internal sealed class SkipDownLevel : DownLevel
{
    private readonly ResBlock[] blocks;
    private readonly Attention[] attentions = [];
    private readonly ResBlock? halving;
    private readonly Convolution? fromImage;

    public SkipDownLevel(long from, LevelOptions level)
        : base(nameof(SkipDownLevel))
    {
        var options = level with { OutputScale = Math.Sqrt(2), GroupsOf = LevelOptions.QuarterGroups };
        var to = options.Channels;
        blocks = [.. Enumerable.Range(0, options.Config.LayersPerBlock).Select(i => options.Block(i == 0 ? from : to, to))];
        register_module("resnets", nn.ModuleList(blocks));
        if (options.Attends)
        {
            attentions = [.. blocks.Select(_ => options.Attend(groups: 32))];
            register_module("attentions", nn.ModuleList(attentions));
        }

        if (!options.IsLast)
        {
            register_module("resnet_down", halving = options.Block(to, to, Resample.FirDown));
            register_module("skip_conv", fromImage = new Convolution(3, to, 1, options.Compute));
        }
    }

    public override Features Forward(Features from, Told told, Stack<Tensor> kept)
    {
        using var scope = NewDisposeScope();
        var (h, image) = from;
        for (var i = 0; i < blocks.Length; i++)
        {
            h = blocks[i].call(h, told.Active);
            h = Keep(attentions.Length == 0 ? h : attentions[i].call(h), kept);
        }

        if (halving is not null && fromImage is not null)
        {
            h = halving.call(h, told.Active);
            image = Resample.FirDown.Apply(image!);
            h = Keep(fromImage.call(image) + h, kept);
        }

        return new Features(h.alias(), image!.alias()).MoveToOuterScope();
    }
}
