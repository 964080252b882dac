using Brownian.Networks.Blocks;
using static TorchSharp.torch;

namespace Brownian.Networks.UNet;

/// <summary>
/// The UNet of unconditional and class-conditional image diffusion: name for name and number for number diffusers' <c>UNet2DModel</c>, and
/// with it DDPM (Ho et al. 2020), ADM (Dhariwal and Nichol 2021), NCSN++ (Song et al. 2021) and unCLIP's upsamplers.
/// </summary>
public sealed class UNet2D : BlockNetwork, IConfiguredNetwork
{
    private readonly Convolution inputConvolution;
    private readonly nn.Module<Tensor, Tensor> timeFeatures;
    private readonly EmbeddingMlp timeEmbedding;
    private readonly ClassEmbedding classEmbedding;
    private readonly DownLevel[] down;
    private readonly MidLevel? middle;
    private readonly UpLevel[] up;
    private readonly GroupNormalization outputNorm;
    private readonly Convolution outputConvolution;

    /// <summary>A network with random weights.</summary>
    /// <param name="config">Its shape.</param>
    /// <param name="seed">Of the weights.</param>
    /// <exception cref="ArgumentException">The configuration contradicts itself, or names what does not exist.</exception>
    public UNet2D(UNet2DConfig config, ulong seed = 0)
        : base(nameof(UNet2D))
    {
        Config = config;
        UNet2DShape.Check(config);
        var channels = config.BlockOutChannels;
        register_module("conv_in", inputConvolution = new(config.InChannels, channels[0], 3, Compute));
        (timeFeatures, var timeWidth) = TimeEmbedding.Create(config);
        register_module("time_proj", timeFeatures);
        register_module("time_embedding", timeEmbedding = new(timeWidth, config.EmbeddingChannels, Compute));
        classEmbedding = new ClassEmbedding(ClassEmbeddingOptions.Of(config), timeFeatures, timeWidth, Compute);
        if (classEmbedding.Module is { } embedding)
        {
            register_module("class_embedding", embedding);
        }

        register_module("down_blocks", nn.ModuleList(down = UNet2DShape.Down(config, Compute)));
        middle = UNet2DShape.Middle(config, Compute);
        if (middle is not null)
        {
            register_module("mid_block", middle);
        }

        register_module("up_blocks", nn.ModuleList(up = UNet2DShape.Up(config, Compute)));
        var groups = config.NormNumGroups ?? LevelOptions.QuarterGroups(channels[0]);
        register_module("conv_norm_out", outputNorm = new(groups, channels[0], config.NormEps, Compute));
        register_module("conv_out", outputConvolution = new(channels[0], config.OutChannels, 3, Compute, startsAtZero: true));
        Start(seed);
    }

    /// <summary>The shape.</summary>
    public UNet2DConfig Config { get; }

    NetworkConfig IConfiguredNetwork.Config => Config;

    /// <summary>
    /// The multiplications and additions of one forward pass (a training step takes three times as many), by running one on zeros.
    /// Convolutions, matrix products and attention; norms and activations are left out, as is customary.
    /// </summary>
    /// <param name="size">Of the images.</param>
    /// <param name="batch">N.</param>
    public double CountFlops(ImageSize size, int batch = 1)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        Compute.CountedFlops = 0;
        var wasTraining = training;
        eval();
        try
        {
            var labels = Config.IsClassConditional && Config.ClassEmbedType != "identity" ? zeros(1, dtype: ScalarType.Int64) : null;
            var embedding = Config.ClassEmbedType == "identity" ? zeros(1, Config.EmbeddingChannels) : null;
            var channels = Config.LowResolutionInput ? Config.InChannels / 2 : Config.InChannels;
            var image = Config.LowResolutionInput ? zeros(1, channels, size.Height, size.Width) : null;
            call(zeros(1, channels, size.Height, size.Width), ones(1), new() { Labels = labels, Embedding = embedding, Image = image });
            return batch * Compute.CountedFlops.Value;
        }
        finally
        {
            Compute.CountedFlops = null;
            train(wasTraining);
        }
    }

    /// <summary>[N, C, H, W], [N] → [N, C', H, W] in float32 (float64 if the parameters are).</summary>
    /// <param name="input">[N, C, H, W].</param>
    /// <param name="label">What the network is told about the noise, [N]: a step, or σ for "fourier" embeddings.</param>
    /// <param name="condition">
    /// Labels, [N], for class-conditional networks; Embedding, [N, E], for "identity" ones; Image, [N, C, h, w], for those that enlarge one, or
    /// [N, C, H, W], which is shown as further channels of the input.
    /// </param>
    /// <exception cref="ArgumentException">The input has other channels, or the condition is missing.</exception>
    public override Tensor forward(Tensor input, Tensor label, Condition? condition)
    {
        using var scope = NewDisposeScope();
        input = Config.LowResolutionInput ? LowResolution.Beside(input, condition) : ShownImage.Beside(input, condition);
        CheckImages(input, label, Config.InChannels);
        var master = outputNorm.get_parameter("weight")!.dtype;
        var told = Embed(label, condition, input.size(0), master);
        var x = Prepared(input, master, Config.CenterInputSample);
        var h = Traced("conv_in", inputConvolution.call(x));
        var kept = new Stack<Tensor>([h.alias()]);
        var features = new Features(h, x);
        for (var i = 0; i < down.Length; i++)
        {
            features = down[i].Forward(features, told, kept);
            Traced($"down_blocks.{i}", features.Hidden);
        }

        h = middle is null ? features.Hidden : Traced("mid_block", middle.Forward(features.Hidden, told));
        features = new Features(h, null);
        for (var i = 0; i < up.Length; i++)
        {
            features = up[i].Forward(features, told, kept);
            Traced($"up_blocks.{i}", features.Hidden);
        }

        return Output(features, label).to(master).contiguous().MoveToOuterDisposeScope();
    }

    private Told Embed(Tensor label, Condition? condition, long batch, ScalarType master)
    {
        var time = Traced("time_proj", timeFeatures.call(label)).to(master); // [N, F]
        var embedding = Traced("time_embedding", timeEmbedding.call(time)); // [N, E]
        var added = classEmbedding.Of(condition, batch);
        embedding = added is null ? embedding : embedding + added.to(master);
        return new(Activations.Parse(Config.ActFn).Apply(embedding), embedding);
    }

    private Tensor Output(Features features, Tensor label)
    {
        if (Trace is not null)
        {
            Traced("conv_norm_out", outputNorm.call(features.Hidden));
        }

        var y = outputConvolution.call(outputNorm.Apply(features.Hidden, Activation.Silu));
        y = features.Image is null ? y : y + features.Image;
        return Config.TimeEmbeddingType == "fourier" ? y / label.to(y.dtype).reshape(-1, 1, 1, 1) : y;
    }
}
