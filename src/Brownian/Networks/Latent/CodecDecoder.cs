using Brownian.Networks.Blocks;
using Brownian.Runtime;
using static TorchSharp.torch;

namespace Brownian.Networks.Latent;

/// <summary>From raw latents to images: [N, C', h, w] → [N, C, f·h, f·w].</summary>
internal sealed class CodecDecoder : nn.Module<Tensor, Tensor?, Tensor>
{
    private readonly ComputeSettings compute;
    private readonly Convolution input;
    private readonly CodecMiddle middle;
    private readonly CodecLevel[] levels;
    private readonly GroupNormalization? norm;
    private readonly SpatialNormalization? spatialNorm;
    private readonly Convolution output;

    /// <param name="config">The autoencoder's shape.</param>
    /// <param name="isSpatial">Whether the norms see the latents.</param>
    /// <param name="compute">Shared by the network.</param>
    public CodecDecoder(CodecConfig config, bool isSpatial, ComputeSettings compute)
        : base(nameof(CodecDecoder))
    {
        this.compute = compute;
        int[] channels = [.. config.BlockOutChannels.Reverse()];
        var make = new CodecBlocks(config, compute, isSpatial ? config.LatentChannels : null);
        register_module("conv_in", input = new(config.LatentChannels, channels[0], 3, compute));
        register_module("mid_block", middle = new(make, channels[0]));
        levels = [.. channels.Select((to, i) => new CodecLevel(
            make, channels[Math.Max(i - 1, 0)], to, config.LayersPerBlock + 1,
            CodecBlocks.Attends(config.UpBlockTypes[i], "UpDecoderBlock2D", "up_block_types"),
            "upsamplers", i == channels.Length - 1 ? null : new Upsample(to, compute)))];
        register_module("up_blocks", nn.ModuleList(levels));
        if (isSpatial)
        {
            register_module("conv_norm_out", spatialNorm = new(channels[^1], config.LatentChannels, compute));
        }
        else
        {
            register_module("conv_norm_out", norm = new(config.NormNumGroups, channels[^1], CodecBlocks.Epsilon, compute));
        }

        register_module("conv_out", output = new(channels[^1], config.OutChannels, 3, compute));
    }

    /// <summary>Called with the name and output of each part while it runs, when set.</summary>
    public Action<string, Tensor>? Trace { get; set; }

    /// <param name="z">What is decoded, [N, C', h, w].</param>
    /// <param name="latent">What the norms see, [N, C', h, w], if they see it.</param>
    public override Tensor forward(Tensor z, Tensor? latent)
    {
        using var scope = NewDisposeScope();
        var x = z.to(compute.For(output.Weight.dtype));
        var h = input.call(compute.ChannelsLast ? MemoryLayout.ToChannelsLast(x) : x);
        Trace?.Invoke("conv_in", h);
        h = CodecEncoder.Exchanged(h, middle.call(h, latent));
        Trace?.Invoke("mid_block", h);
        for (var i = 0; i < levels.Length; i++)
        {
            h = CodecEncoder.Exchanged(h, levels[i].call(h, latent));
            Trace?.Invoke($"up_blocks.{i}", h);
        }

        var normed = norm is null ? Activation.Silu.Apply(spatialNorm!.call(h, latent!)) : norm.Apply(h, Activation.Silu);
        return output.call(CodecEncoder.Exchanged(h, normed)).MoveToOuterDisposeScope();
    }

    /// <summary>Names are given explicitly; TorchSharp would add every field again under the field's name.</summary>
    protected override void RegisterComponents()
    {
    }
}
