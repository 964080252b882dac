using Brownian.Networks.Blocks;
using Brownian.Runtime;
using static TorchSharp.torch;

namespace Brownian.Networks.Latent;

/// <summary>From images to raw latents (Esser et al. 2021; Rombach et al. 2022): [N, C, H, W] → [N, C', H/f, W/f].</summary>
internal sealed class CodecEncoder : nn.Module<Tensor, Tensor>
{
    private readonly ComputeSettings compute;
    private readonly Convolution input;
    private readonly CodecLevel[] levels;
    private readonly CodecMiddle middle;
    private readonly GroupNormalization norm;
    private readonly Convolution output;

    /// <param name="config">The autoencoder's shape.</param>
    /// <param name="outChannels">C'.</param>
    /// <param name="compute">Shared by the network.</param>
    public CodecEncoder(CodecConfig config, long outChannels, ComputeSettings compute)
        : base(nameof(CodecEncoder))
    {
        this.compute = compute;
        var (make, channels) = (new CodecBlocks(config, compute), config.BlockOutChannels);
        register_module("conv_in", input = new(config.InChannels, channels[0], 3, compute));
        levels = [.. channels.Select((to, i) => new CodecLevel(
            make, channels[Math.Max(i - 1, 0)], to, config.LayersPerBlock,
            CodecBlocks.Attends(config.DownBlockTypes[i], "DownEncoderBlock2D", "down_block_types"),
            "downsamplers", i == channels.Count - 1 ? null : new Downsample(to, 0, compute)))];
        register_module("down_blocks", nn.ModuleList(levels));
        register_module("mid_block", middle = new(make, channels[^1]));
        register_module("conv_norm_out", norm = new(config.NormNumGroups, channels[^1], CodecBlocks.Epsilon, compute));
        register_module("conv_out", output = new(channels[^1], outChannels, 3, compute));
    }

    /// <summary>Called with the name and output of each part while it runs, when set.</summary>
    public Action<string, Tensor>? Trace { get; set; }

    public override Tensor forward(Tensor images)
    {
        using var scope = NewDisposeScope();
        var master = norm.get_parameter("weight")!.dtype;
        var x = images.to(compute.For(master));
        var h = input.call(compute.ChannelsLast ? MemoryLayout.ToChannelsLast(x) : x);
        Trace?.Invoke("conv_in", h);
        for (var i = 0; i < levels.Length; i++)
        {
            h = Exchanged(h, levels[i].call(h, null));
            Trace?.Invoke($"down_blocks.{i}", h);
        }

        h = Exchanged(h, middle.call(h, null));
        Trace?.Invoke("mid_block", h);
        return output.call(norm.Apply(h, Activation.Silu)).MoveToOuterDisposeScope();
    }

    /// <summary>Names are given explicitly; TorchSharp would add every field again under the field's name.</summary>
    protected override void RegisterComponents()
    {
    }

    /// <summary>Frees what came in once it is used up: at the image's size these are the largest tensors of the whole program.</summary>
    internal static Tensor Exchanged(Tensor used, Tensor next)
    {
        if (!is_grad_enabled())
        {
            used.Dispose();
        }

        return next;
    }
}
