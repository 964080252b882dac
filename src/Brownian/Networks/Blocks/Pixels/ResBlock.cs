using static TorchSharp.torch;

namespace Brownian.Networks.Blocks;

/// <summary>
/// The residual block of all diffusion UNets: norm, activation, 3×3 convolution, the time embedding, norm, activation, dropout, 3×3
/// convolution, shortcut (Ho et al. 2020; with scale-shift and resampling Dhariwal and Nichol 2021; with FIR Song et al. 2021).
/// </summary>
public sealed class ResBlock : nn.Module<Tensor, Tensor?, Tensor>
{
    private readonly ResBlockOptions options;
    private readonly ComputeSettings compute;
    private readonly GroupNormalization norm1;
    private readonly Convolution conv1;
    private readonly Dense? timeProjection;
    private readonly GroupNormalization norm2;
    private readonly Convolution conv2;
    private readonly Convolution? shortcut;

    /// <summary>A block with these options.</summary>
    public ResBlock(ResBlockOptions options, ComputeSettings compute)
        : base(nameof(ResBlock))
    {
        this.options = options;
        this.compute = compute;
        var (from, to) = (options.InChannels, options.OutChannels);
        register_module(nameof(norm1), norm1 = new(options.Groups, from, options.Epsilon, compute));
        register_module(nameof(conv1), conv1 = new(from, to, 3, compute));
        if (options.EmbeddingChannels is { } width)
        {
            register_module("time_emb_proj", timeProjection = new(width, options.ScaleShift ? 2 * to : to, compute, exact: true));
        }

        register_module(nameof(norm2), norm2 = new(options.GroupsOut ?? options.Groups, to, options.Epsilon, compute));
        register_module(nameof(conv2), conv2 = new(to, to, 3, compute, startsAtZero: true));
        if (from != to || options.ForceShortcut)
        {
            register_module("conv_shortcut", shortcut = new(from, to, 1, compute));
        }
    }

    /// <summary>The shortcut's 1×1 convolution, where it has one.</summary>
    internal Convolution? Shortcut => shortcut;

    /// <summary>[N, C, H, W] → [N, C', H', W'].</summary>
    /// <param name="x">[N, C, H, W].</param>
    /// <param name="embedding">The time embedding after its activation, [N, E]; null for a block that is not told the time.</param>
    public override Tensor forward(Tensor x, Tensor? embedding)
    {
        using var scope = NewDisposeScope();
        var h = options.Resample.Apply(norm1.Apply(x, options.Activation), options.FirKernel);
        h = conv1.call(h);
        h = Normalized(h, embedding);
        var skip = options.Resample.Apply(x, options.FirKernel);
        skip = shortcut is null ? skip : shortcut.call(skip);
        h = conv2.Plus(Dropped(h), skip);
        return (options.OutputScale == 1 ? h : h.div_(options.OutputScale)).MoveToOuterDisposeScope();
    }

    /// <summary>Names are given explicitly; TorchSharp would add every field again under the field's name.</summary>
    protected override void RegisterComponents()
    {
    }

    private Tensor Normalized(Tensor h, Tensor? embedding)
    {
        if (timeProjection is null || embedding is null)
        {
            return norm2.Apply(h, options.Activation);
        }

        var time = timeProjection.call(embedding); // [N, C'] or [N, 2C']
        if (!options.ScaleShift)
        {
            return norm2.Apply(h, options.Activation, before: time);
        }

        var halves = time.chunk(2, 1);
        return norm2.Apply(h, options.Activation, scale: halves[0], shift: halves[1]);
    }

    private Tensor Dropped(Tensor h) => training && options.Dropout > 0 ? Blocks.Dropout.Apply(h, options.Dropout, compute.Noise) : h;
}
