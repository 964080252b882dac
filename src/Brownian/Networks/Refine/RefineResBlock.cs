using Brownian.Networks.Blocks;
using static TorchSharp.torch;

namespace Brownian.Networks.Refine;

/// <summary>
/// The residual block of NCSN: norm, activation, convolution, norm, activation, convolution, shortcut. A "down" block without dilation
/// takes the mean of 2×2 pixels after its second convolution; with dilation it only widens.
/// </summary>
internal sealed class RefineResBlock : nn.Module<Tensor, Tensor?, Tensor>
{
    private readonly RefineOptions options;
    private readonly RefineNorm normalize1;
    private readonly nn.Module<Tensor, Tensor> conv1;
    private readonly RefineNorm normalize2;
    private readonly nn.Module<Tensor, Tensor> conv2;
    private readonly nn.Module<Tensor, Tensor>? shortcut;

    /// <summary>A block.</summary>
    /// <param name="from">Channels that come in.</param>
    /// <param name="to">Channels that go out.</param>
    /// <param name="isDown">Whether the level begins with it.</param>
    /// <param name="dilation">Of its convolutions; null for none.</param>
    /// <param name="options">Shared by the network.</param>
    public RefineResBlock(long from, long to, bool isDown, int? dilation, RefineOptions options)
        : base(nameof(RefineResBlock))
    {
        this.options = options;
        var (middle, halves) = (isDown ? from : to, isDown && dilation is null);
        nn.Module<Tensor, Tensor> Pooled(nn.Module<Tensor, Tensor> convolution) => halves ? new MeanPooled(convolution) : convolution;
        register_module(nameof(conv1), conv1 = options.Convolution3(from, middle, dilation ?? 1));
        register_module(nameof(normalize2), normalize2 = options.Norm(middle));
        register_module(nameof(conv2), conv2 = Pooled(options.Convolution3(middle, to, dilation ?? 1)));
        if (from != to || isDown)
        {
            register_module(
                nameof(shortcut), shortcut = dilation is { } wide ? options.Convolution3(from, to, wide) : Pooled(options.Convolution1(from, to)));
        }

        register_module(nameof(normalize1), normalize1 = options.Norm(from));
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor x, Tensor? level)
    {
        using var scope = NewDisposeScope();
        var h = conv1.call(options.Activation.Apply(normalize1.call(x, level)));
        h = conv2.call(options.Activation.Apply(normalize2.call(h, level)));
        return h.add_(shortcut is null ? x : shortcut.call(x)).MoveToOuterDisposeScope();
    }

    /// <summary>Names are given explicitly; TorchSharp would add every field again under the field's name.</summary>
    protected override void RegisterComponents()
    {
    }

    /// <summary>A convolution, then the mean of 2×2 pixels.</summary>
    private sealed class MeanPooled : nn.Module<Tensor, Tensor>
    {
        private readonly nn.Module<Tensor, Tensor> conv;

        public MeanPooled(nn.Module<Tensor, Tensor> convolution)
            : base(nameof(MeanPooled)) => register_module(nameof(conv), conv = convolution);

        public override Tensor forward(Tensor x)
        {
            using var scope = NewDisposeScope();
            return nn.functional.avg_pool2d(conv.call(x), [2, 2], [2, 2]).MoveToOuterDisposeScope();
        }

        protected override void RegisterComponents()
        {
        }
    }
}
