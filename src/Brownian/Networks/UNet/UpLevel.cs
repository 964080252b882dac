using Brownian.Networks.Blocks;
using static TorchSharp.torch;

namespace Brownian.Networks.UNet;

/// <summary>One level on the way up.</summary>
internal abstract class UpLevel(string name) : nn.Module(name)
{
    /// <summary>Takes one feature map from <paramref name="kept"/> for each residual block.</summary>
    public abstract Features Forward(Features from, Told told, Stack<Tensor> kept);

    /// <summary>The level that diffusers calls <paramref name="type"/>.</summary>
    /// <param name="type">The name.</param>
    /// <param name="channels">What comes in from below, and with the last feature map that is kept.</param>
    /// <param name="options">The level's options.</param>
    /// <exception cref="ArgumentException">The type is unknown.</exception>
    public static UpLevel Create(string type, UpChannels channels, LevelOptions options) => DownLevel.PlainName(type) switch
    {
        "UpBlock2D" => new PlainUpLevel(channels, options, ResizingNames.Convolution(options.Config)),
        "AttnUpBlock2D" => new PlainUpLevel(channels, options with { Attends = true }, ResizingNames.Parse(options.Config.UpsampleType, "upsample_type", options.Config)),
        "ResnetUpsampleBlock2D" => new PlainUpLevel(channels, options, Resizing.ResBlock),
        "SkipUpBlock2D" => new SkipUpLevel(channels, options),
        "AttnSkipUpBlock2D" => new SkipUpLevel(channels, options with { Attends = true }),
        _ => throw new ArgumentException(
            $"up_block_types: expected UpBlock2D, AttnUpBlock2D, ResnetUpsampleBlock2D, SkipUpBlock2D or AttnSkipUpBlock2D; got \"{type}\"."),
    };

    /// <summary>Names are given explicitly; TorchSharp would add every field again under the field's name.</summary>
    protected override void RegisterComponents()
    {
    }

    /// <summary>Features beside the next kept map, [N, C + C', H, W].</summary>
    private protected static Tensor Joined(Tensor hidden, Stack<Tensor> kept)
    {
        using var map = kept.Pop();
        if (map.size(2) != hidden.size(2) || map.size(3) != hidden.size(3))
        {
            throw new ArgumentException(
                $"input: {map.size(2)}×{map.size(3)} features cannot be halved and doubled back (they return as {hidden.size(2)}×{hidden.size(3)}). "
                + "Give images whose sides divide by 2 for every halving of the network.");
        }

        return cat([hidden, map], 1);
    }
}

/// <summary>Channels that meet in a level on the way up.</summary>
/// <param name="Below">Of the features that come from below.</param>
/// <param name="LastKept">Of the last kept map, which comes from the level above.</param>
internal readonly record struct UpChannels(long Below, long LastKept)
{
    /// <summary>Channels of (features, kept map) at residual block <paramref name="i"/> of <paramref name="count"/>.</summary>
    public (long Hidden, long Kept) At(int i, int count, long own) => (i == 0 ? Below : own, i == count - 1 ? LastKept : own);
}
