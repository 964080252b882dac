using Brownian.Networks.Blocks;
using static TorchSharp.torch;

namespace Brownian.Networks.UNet;

/// <summary>A level that adds to an image pyramid (NCSN++, Song et al. 2021, app. H): SkipUpBlock2D, AttnSkipUpBlock2D.</summary>
internal sealed class SkipUpLevel : UpLevel
{
    private readonly ResBlock[] blocks;
    private readonly Attention? attention;
    private readonly ResBlock? doubling;
    private readonly GroupNormalization? imageNorm;
    private readonly Convolution? toImage;

    public SkipUpLevel(UpChannels channels, LevelOptions level)
        : base(nameof(SkipUpLevel))
    {
        var options = level with { OutputScale = Math.Sqrt(2), GroupsOf = LevelOptions.QuarterGroups };
        var (to, count) = (options.Channels, options.Config.LayersPerBlock + 1);
        blocks = [.. Enumerable.Range(0, count).Select(i =>
        {
            var (hidden, map) = channels.At(i, count, to);
            return options.Block(hidden + map, to, groups: Groups(hidden, map, options.Attends));
        })];
        register_module("resnets", nn.ModuleList(blocks));
        if (options.Attends)
        {
            attention = options.Attend(groups: 32);
            register_module("attentions", nn.ModuleList(attention));
        }

        if (!options.IsLast)
        {
            register_module("resnet_up", doubling = options.Block(to, to, Resample.FirUp));
            register_module("skip_norm", imageNorm = new(options.Groups(to), to, options.Config.NormEps, options.Compute));
            register_module("skip_conv", toImage = new(to, 3, 3, options.Compute));
        }
    }

    public override Features Forward(Features from, Told told, Stack<Tensor> kept)
    {
        using var scope = NewDisposeScope();
        var h = from.Hidden;
        foreach (var block in blocks)
        {
            h = block.call(Joined(h, kept), told.Active);
        }

        h = attention is null ? h : attention.call(h);
        var image = from.Image is null ? null : Resample.FirUp.Apply(from.Image);
        if (doubling is not null && imageNorm is not null && toImage is not null)
        {
            var added = toImage.call(imageNorm.Apply(h, Activation.Silu));
            image = image is null ? added : image + added;
            h = doubling.call(h, told.Active);
        }

        return new Features(h, image).MoveToOuterScope();
    }

    // diffusers' AttnSkipUpBlock2D has a misplaced parenthesis, hidden + kept / 4, which trained checkpoints depend on.
    private static long Groups(long hidden, long kept, bool attends) => Math.Min(attends ? hidden + (kept / 4) : (hidden + kept) / 4, 32);
}
