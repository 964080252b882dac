using Brownian.Networks.Blocks;
using static TorchSharp.torch;

namespace Brownian.Networks.UNet;

/// <summary>The lowest resolution: a residual block, attention or not, another residual block (UNetMidBlock2D).</summary>
internal sealed class MidLevel : nn.Module<Tensor, Tensor, Tensor>
{
    private readonly ResBlock first;
    private readonly Attention? attention;
    private readonly ResBlock second;

    public MidLevel(LevelOptions level)
        : base(nameof(MidLevel))
    {
        var config = level.Config;
        var options = level with
        {
            OutputScale = config.MidBlockScaleFactor,
            GroupsOf = channels => config.NormNumGroups ?? LevelOptions.QuarterGroups(channels),
        };
        first = options.Block(options.Channels, options.Channels);
        second = options.Block(options.Channels, options.Channels);
        register_module("resnets", nn.ModuleList(first, second));
        if (config.AddAttention)
        {
            var groups = config.AttnNormNumGroups ?? (LevelOptions.ScaleShift(config) ? (long?)null : options.Groups(options.Channels));
            register_module("attentions", nn.ModuleList(attention = options.Attend(groups)));
        }
    }

    public override Tensor forward(Tensor h, Tensor embedding)
    {
        using var scope = NewDisposeScope();
        h = first.call(h, embedding);
        h = attention is null ? h : attention.call(h);
        return second.call(h, embedding).MoveToOuterDisposeScope();
    }

    /// <summary>Names are given explicitly; TorchSharp would add every field again under the field's name.</summary>
    protected override void RegisterComponents()
    {
    }
}
