using Brownian.Networks.Blocks;
using static TorchSharp.torch;

namespace Brownian.Networks.UNet;

/// <summary>
/// The lowest resolution: a residual block, attention or not, another residual block (UNetMidBlock2D, UNetMidBlock2DCrossAttn,
/// UNetMidBlock2DSimpleCrossAttn).
/// </summary>
internal sealed class MidLevel : nn.Module
{
    private readonly LevelOptions options;
    private readonly ResBlock first;
    private readonly nn.Module? mixer;
    private readonly ResBlock? second;

    /// <param name="level">Its options.</param>
    /// <param name="isSingle">Whether the first residual block is all.</param>
    public MidLevel(LevelOptions level, bool isSingle = false)
        : base(nameof(MidLevel))
    {
        var config = level.Config;
        options = level with
        {
            OutputScale = config.MidBlockScaleFactor,
            GroupsOf = channels => config.NormNumGroups ?? LevelOptions.QuarterGroups(channels),
        };
        first = options.Block(options.Channels, options.Channels);
        if (isSingle)
        {
            register_module("resnets", nn.ModuleList(first));
            return;
        }

        second = options.Block(options.Channels, options.Channels);
        register_module("resnets", nn.ModuleList(first, second));
        mixer = options.Mixer?.Invoke(0) ?? (config.AddAttention ? options.Attend(Groups(config)) : null);
        if (mixer is not null)
        {
            register_module("attentions", nn.ModuleList(mixer));
        }
    }

    public Tensor Forward(Tensor h, Told told)
    {
        using var scope = NewDisposeScope();
        var embedding = options.Seen(told);
        h = first.call(h, embedding);
        h = mixer is null ? h : ((IMixer)mixer).Mix(h, told);
        return (second is null ? h : second.call(h, embedding)).MoveToOuterDisposeScope();
    }

    /// <summary>Names are given explicitly; TorchSharp would add every field again under the field's name.</summary>
    protected override void RegisterComponents()
    {
    }

    private long? Groups(UNet2DConfig config) =>
        config.AttnNormNumGroups ?? (LevelOptions.ScaleShift(config) ? (long?)null : options.Groups(options.Channels));
}
