using Brownian.Networks.Blocks;
using static TorchSharp.torch;

namespace Brownian.Networks.UNet;

/// <summary>From a configuration to the levels of a <see cref="UNet2D"/>.</summary>
internal static class UNet2DShape
{
    public static void Check(UNet2DConfig config)
    {
        var levels = config.BlockOutChannels.Count;
        if (levels == 0 || config.DownBlockTypes.Count != levels || config.UpBlockTypes.Count != levels)
        {
            throw new ArgumentException(
                $"config: expected as many block_out_channels as down_block_types and up_block_types; got {levels}, "
                + $"{config.DownBlockTypes.Count} and {config.UpBlockTypes.Count}.");
        }

        if (config.MidBlockType is not (null or "UNetMidBlock2D"))
        {
            throw new ArgumentException($"mid_block_type: expected UNetMidBlock2D or null; got \"{config.MidBlockType}\".");
        }

        var skips = config.DownBlockTypes.Any(type => type.Contains("SkipDown", StringComparison.Ordinal));
        if (skips && config.InChannels != 3)
        {
            throw new ArgumentException($"in_channels: Skip blocks keep a pyramid of RGB images and expect 3; got {config.InChannels}.");
        }
    }

    public static DownLevel[] Down(UNet2DConfig config, ComputeSettings compute)
    {
        var channels = config.BlockOutChannels;
        return [.. channels.Select((c, i) => DownLevel.Create(
            config.DownBlockTypes[i], channels[Math.Max(i - 1, 0)], Level(config, compute, c, i == channels.Count - 1)))];
    }

    public static MidLevel? Middle(UNet2DConfig config, ComputeSettings compute) =>
        config.MidBlockType is null ? null : new MidLevel(Level(config, compute, config.BlockOutChannels[^1], last: true));

    public static UpLevel[] Up(UNet2DConfig config, ComputeSettings compute)
    {
        int[] channels = [.. config.BlockOutChannels.Reverse()];
        return [.. channels.Select((c, i) =>
        {
            var meeting = new UpChannels(channels[Math.Max(i - 1, 0)], channels[Math.Min(i + 1, channels.Length - 1)]);
            var options = Level(config, compute, c, i == channels.Length - 1);
            return UpLevel.Create(config.UpBlockTypes[i], meeting, options with { Heads = config.NumAttentionHeadsUp ?? options.Heads });
        })];
    }

    private static LevelOptions Level(UNet2DConfig config, ComputeSettings compute, long channels, bool last) =>
        new() { Config = config, Compute = compute, Channels = channels, IsLast = last, Heads = config.NumAttentionHeads };
}
