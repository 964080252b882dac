using Brownian.Networks.Blocks;
using static TorchSharp.torch;

namespace Brownian.Networks.Conditional;

/// <summary>
/// Transformer blocks over the pixels of an image, which attend to each other and to the condition's tokens, between a norm and a shortcut
/// (Rombach et al. 2022, app. E).
/// </summary>
internal sealed class SpatialTransformer : nn.Module, IMixer
{
    // Whatever ε the other norms of the network have.
    private const double Epsilon = 1e-6;

    private readonly GroupNormalization norm;
    private readonly Convolution? inputConvolution;
    private readonly Convolution? outputConvolution;
    private readonly Dense? inputLayer;
    private readonly Dense? outputLayer;
    private readonly TransformerBlock[] blocks;

    /// <exception cref="ArgumentException">There are more heads than channels.</exception>
    public SpatialTransformer(SpatialTransformerOptions options, ComputeSettings compute)
        : base(nameof(SpatialTransformer))
    {
        var headChannels = options.Heads < 1 ? 0 : options.Channels / options.Heads;
        if (headChannels < 1)
        {
            throw new ArgumentException(
                $"attention_head_dim: in CrossAttn blocks it is the number of heads; expected from 1 to the level's {options.Channels} channels; got {options.Heads}.");
        }

        var (channels, inner) = (options.Channels, headChannels * options.Heads);
        register_module(nameof(norm), norm = new(options.Groups, channels, Epsilon, compute));
        if (options.IsLinear)
        {
            register_module("proj_in", inputLayer = new(channels, inner, compute, packs: true));
            register_module("proj_out", outputLayer = new(inner, channels, compute, startsAtZero: true, packs: true));
        }
        else
        {
            register_module("proj_in", inputConvolution = new(channels, inner, 1, compute));
            register_module("proj_out", outputConvolution = new(inner, channels, 1, compute, startsAtZero: true));
        }

        blocks = [.. Enumerable.Range(0, options.Depth).Select(_ => new TransformerBlock(
            new()
            {
                Channels = inner,
                Heads = options.Heads,
                HeadChannels = headChannels,
                ContextChannels = options.ContextChannels,
                OnlyCross = options.OnlyCross,
                Upcast = options.Upcast,
            },
            compute))];
        register_module("transformer_blocks", nn.ModuleList(blocks));
    }

    public Tensor Mix(Tensor x, Told told) => Forward(x, told.Tokens, told.TokenBias);

    /// <summary>[N, C, H, W] → [N, C, H, W].</summary>
    /// <param name="x">[N, C, H, W].</param>
    /// <param name="tokens">The condition's, [N, L, D].</param>
    /// <param name="bias">Added to the scores against them, [N, 1, 1, L]; null for none.</param>
    public Tensor Forward(Tensor x, Tensor? tokens, Tensor? bias)
    {
        using var scope = NewDisposeScope();
        var context = ConditionPart.Needed(tokens, nameof(Condition.Tokens), "tokens, [N, L, D]");
        var h = norm.call(x);
        h = inputConvolution is null ? inputLayer!.call(Sequence.Of(h)) : Sequence.Of(inputConvolution.call(h));
        foreach (var block in blocks)
        {
            h = block.Forward(h, null, context, bias);
        }

        var (height, width) = (x.size(2), x.size(3));
        return (outputConvolution is null
            ? Sequence.Image(outputLayer!.call(h), height, width).add_(x)
            : outputConvolution.Plus(Sequence.Image(h, height, width), x)).MoveToOuterDisposeScope();
    }

    /// <summary>Names are given explicitly; TorchSharp would add every field again under the field's name.</summary>
    protected override void RegisterComponents()
    {
    }
}
