using Brownian.Networks.Blocks;
using static TorchSharp.torch;

namespace Brownian.Networks.Latent;

/// <summary>
/// The vector-quantised autoencoder of latent diffusion (van den Oord et al. 2017; Esser et al. 2021), and with spatial norms MoVQ (Zheng et al. 2022): name for
/// name and number for number diffusers' <c>VQModel</c>. Diffusion lives in the latents before quantisation.
/// </summary>
public sealed class VQModel : nn.Module, ILatentCodec
{
    private readonly ComputeSettings compute = new();
    private readonly CodecEncoder encoder;
    private readonly CodecDecoder decoder;
    private readonly Convolution quantConvolution;
    private readonly Convolution postQuantConvolution;
    private readonly Codebook codebook;
    private readonly bool isSpatial;

    /// <summary>A network with random weights.</summary>
    /// <param name="config">Its shape.</param>
    /// <param name="seed">Of the weights.</param>
    /// <exception cref="ArgumentException">The configuration contradicts itself, or names what does not exist.</exception>
    public VQModel(VQModelConfig config, ulong seed = 0)
        : base(nameof(VQModel))
    {
        config.Check();
        Config = config;
        isSpatial = config.NormType switch
        {
            "group" => false,
            "spatial" => true,
            _ => throw new ArgumentException($"norm_type: expected group or spatial; got \"{config.NormType}\"."),
        };
        var (latent, width) = (config.LatentChannels, LatentChannels);
        register_module(nameof(encoder), encoder = new(config, latent, compute));
        register_module("quant_conv", quantConvolution = new(latent, width, 1, compute));
        register_module("quantize", codebook = new(config.NumVqEmbeddings, width));
        register_module("post_quant_conv", postQuantConvolution = new(width, latent, 1, compute));
        register_module(nameof(decoder), decoder = new(config, isSpatial, compute));
        Initial.Start(this, seed);
    }

    /// <summary>The shape.</summary>
    public VQModelConfig Config { get; }

    /// <summary>C of the latents: numbers of a vector of the codebook.</summary>
    public int LatentChannels => Config.VqEmbedDim ?? Config.LatentChannels;

    /// <inheritdoc/>
    public int Factor => Config.Factor;

    /// <summary>Float32, or bfloat16 for convolutions and matrix products.</summary>
    public ScalarType ComputeType
    {
        get => compute.Type;
        set => compute.Type = value;
    }

    /// <summary>Raw latents of images before quantisation, [N, C, H, W] in [−1, 1] → [N, D, ⌊H/Factor⌋, ⌊W/Factor⌋].</summary>
    /// <exception cref="ArgumentException">The images have other channels.</exception>
    public Tensor Features(Tensor images)
    {
        CodecInputs.CheckImages(Config, images);
        using var scope = NewDisposeScope();
        return quantConvolution.call(encoder.call(images)).to(MasterType).contiguous().MoveToOuterDisposeScope();
    }

    /// <summary>The number of the nearest vector of the codebook, [N, D, h, w] → [N, h, w].</summary>
    public Tensor Indices(Tensor z) => codebook.Nearest(z);

    /// <summary>The vectors of these numbers, [N, h, w] → [N, D, h, w].</summary>
    public Tensor Vectors(Tensor indices) => codebook.Vectors(indices);

    /// <summary>The nearest vectors of the codebook, [N, D, h, w] → [N, D, h, w].</summary>
    public Tensor Quantize(Tensor z)
    {
        CodecInputs.CheckLatents(z, LatentChannels);
        return codebook.call(z);
    }

    /// <summary>Images of raw latents, [N, D, h, w] → [N, C, Factor·h, Factor·w].</summary>
    /// <param name="z">Raw latents.</param>
    /// <param name="quantize">Whether the nearest vectors of the codebook take their place first.</param>
    public Tensor Reconstruct(Tensor z, bool quantize = true)
    {
        CodecInputs.CheckLatents(z, LatentChannels);
        using var scope = NewDisposeScope();
        var quantized = quantize ? codebook.call(z) : z;
        var images = decoder.call(postQuantConvolution.call(quantized), isSpatial ? quantized : null);
        return images.to(MasterType).contiguous().MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public Tensor Encode(Tensor images, INoise? noise = null)
    {
        using var scope = NewDisposeScope();
        return (Features(images) * Config.ScalingFactor).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public Tensor Decode(Tensor latents)
    {
        using var scope = NewDisposeScope();
        return Reconstruct(latents / Config.ScalingFactor).MoveToOuterDisposeScope();
    }

    /// <summary>Names are given explicitly; TorchSharp would add every field again under the field's name.</summary>
    protected override void RegisterComponents()
    {
    }

    private ScalarType MasterType => codebook.parameters().First().dtype;
}
