using Brownian.Networks.Blocks;
using static TorchSharp.torch;

namespace Brownian.Networks.UNet;

/// <summary>One level on the way down.</summary>
internal abstract class DownLevel(string name) : nn.Module(name)
{
    /// <summary>Adds every feature map that the way up will want to <paramref name="kept"/>.</summary>
    public abstract Features Forward(Features from, Told told, Stack<Tensor> kept);

    /// <summary>The level that diffusers calls <paramref name="type"/>.</summary>
    /// <exception cref="ArgumentException">The type is unknown.</exception>
    public static DownLevel Create(string type, long from, LevelOptions options) => PlainName(type) switch
    {
        "DownBlock2D" => new PlainDownLevel(from, options, ResizingNames.Convolution(options.Config)),
        "AttnDownBlock2D" => new PlainDownLevel(from, options with { Attends = true }, ResizingNames.Parse(options.Config.DownsampleType, "downsample_type", options.Config)),
        "ResnetDownsampleBlock2D" => new PlainDownLevel(from, options, Resizing.ResBlock),
        "SkipDownBlock2D" => new SkipDownLevel(from, options),
        "AttnSkipDownBlock2D" => new SkipDownLevel(from, options with { Attends = true }),
        _ => throw new ArgumentException(
            $"down_block_types: expected DownBlock2D, AttnDownBlock2D, ResnetDownsampleBlock2D, SkipDownBlock2D or AttnSkipDownBlock2D; got \"{type}\"."),
    };

    // Checkpoints older than diffusers 0.3 say "UNetResDownBlock2D".
    internal static string PlainName(string type) => type.StartsWith("UNetRes", StringComparison.Ordinal) ? type[7..] : type;

    /// <summary>Names are given explicitly; TorchSharp would add every field again under the field's name.</summary>
    protected override void RegisterComponents()
    {
    }

    /// <summary>Keeps a feature map for the way up and for the caller.</summary>
    private protected static Tensor Keep(Tensor hidden, Stack<Tensor> kept)
    {
        kept.Push(hidden.alias().MoveToOuterDisposeScope());
        return hidden;
    }
}
