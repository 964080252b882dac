using Brownian.Networks.Blocks;
using Brownian.Networks.UNet;
using static TorchSharp.torch;

namespace Brownian.Networks.Conditional;

/// <summary>
/// The UNet of image diffusion with a condition of tokens: name for name and number for number diffusers' <c>UNet2DConditionModel</c>, and
/// with it latent diffusion and Stable Diffusion 1 and 2 (Rombach et al. 2022), unCLIP's decoder (Ramesh et al. 2022), upscalers and inpainting.
/// </summary>
public sealed class UNet2DCondition : BlockNetwork, IConfiguredNetwork
{
    private readonly Convolution inputConvolution;
    private readonly ConditionalEmbedding embedding;
    private readonly TokenProjection? tokenProjection;
    private readonly DownLevel[] down;
    private readonly MidLevel? middle;
    private readonly UpLevel[] up;
    private readonly GroupNormalization? outputNorm;
    private readonly Convolution outputConvolution;
    private readonly Activation activation;

    /// <summary>A network with random weights.</summary>
    /// <param name="config">Its shape.</param>
    /// <param name="seed">Of the weights.</param>
    /// <exception cref="ArgumentException">The configuration contradicts itself, or names what does not exist.</exception>
    public UNet2DCondition(UNet2DConditionConfig config, ulong seed = 0)
        : base(nameof(UNet2DCondition))
    {
        Config = config;
        var levels = new ConditionalLevels(config, Compute);
        var channels = config.BlockOutChannels;
        activation = Activations.Parse(config.ActFn);
        inputConvolution = new(config.InChannels, channels[0], config.ConvInKernel, Compute, padding: (config.ConvInKernel - 1) / 2);
        register_module("conv_in", inputConvolution);
        embedding = new(config, Compute);
        foreach (var (name, module) in embedding.Modules)
        {
            register_module(name, module);
        }

        tokenProjection = TokenProjection.Create(config, Compute);
        if (tokenProjection is not null)
        {
            register_module("encoder_hid_proj", tokenProjection.Module);
        }

        register_module("down_blocks", nn.ModuleList(down = levels.Down()));
        middle = levels.Middle();
        if (middle is not null)
        {
            register_module("mid_block", middle);
        }

        register_module("up_blocks", nn.ModuleList(up = levels.Up()));
        if (config.NormNumGroups is { } groups)
        {
            register_module("conv_norm_out", outputNorm = new(groups, channels[0], config.NormEps, Compute));
        }

        outputConvolution = new(
            channels[0], config.OutChannels, config.ConvOutKernel, Compute, padding: (config.ConvOutKernel - 1) / 2, startsAtZero: true);
        register_module("conv_out", outputConvolution);
        Start(seed);
    }

    /// <summary>The shape.</summary>
    public UNet2DConditionConfig Config { get; }

    NetworkConfig IConfiguredNetwork.Config => Config;

    /// <summary>[N, C, H, W], [N] → [N, C', H, W] in float32 (float64 if the parameters are).</summary>
    /// <param name="input">[N, C, H, W].</param>
    /// <param name="label">What the network is told about the noise, [N].</param>
    /// <param name="condition">
    /// Tokens, [N, L, D], of networks that attend to them, and TokenMask, [N, L], where some are padding; Image, [N, C″, H, W], as further
    /// channels of the input; and what the configuration asks for: Labels, Embedding, TextEmbedding, ImageEmbedding, TimeIds, GuidanceEmbedding, Hint.
    /// </param>
    /// <exception cref="ArgumentException">The input has other channels, or a part of the condition is missing.</exception>
    public override Tensor forward(Tensor input, Tensor label, Condition? condition)
    {
        using var scope = NewDisposeScope();
        var master = inputConvolution.Weight.dtype;
        input = ShownImage.Beside(input, condition);
        var hint = embedding.Shown(condition, master);
        input = hint is null ? input : cat([input.to(master), hint], 1);
        CheckImages(input, label, Config.InChannels);
        var told = Tell(label, condition, input.size(0), master);
        var h = Traced("conv_in", inputConvolution.call(Prepared(input, master, Config.CenterInputSample)));
        return Output(Levels(h, told)).to(master).contiguous().MoveToOuterDisposeScope();
    }

    private Tensor Levels(Tensor h, Told told)
    {
        var kept = new Stack<Tensor>([h.alias()]);
        var features = new Features(h, null);
        for (var i = 0; i < down.Length; i++)
        {
            features = down[i].Forward(features, told, kept);
            Traced($"down_blocks.{i}", features.Hidden);
        }

        features = middle is null ? features : new(Traced("mid_block", middle.Forward(features.Hidden, told)), null);
        for (var i = 0; i < up.Length; i++)
        {
            features = up[i].Forward(features, told, kept);
            Traced($"up_blocks.{i}", features.Hidden);
        }

        return features.Hidden;
    }

    private Told Tell(Tensor label, Condition? condition, long batch, ScalarType master)
    {
        var raw = embedding.Of(label, condition, batch, master, this);
        var tokens = tokenProjection?.Of(condition, master) ?? condition?.Tokens;
        return new(activation.Apply(raw), raw)
        {
            Tokens = tokens?.to(Compute.For(master)),
            TokenBias = condition?.TokenMask is { } mask ? MultiHead.Bias(mask, master) : null,
        };
    }

    private Tensor Output(Tensor h)
    {
        if (Trace is not null && outputNorm is not null)
        {
            Traced("conv_norm_out", outputNorm.call(h));
        }

        return outputConvolution.call(outputNorm?.Apply(h, activation) ?? h);
    }
}
