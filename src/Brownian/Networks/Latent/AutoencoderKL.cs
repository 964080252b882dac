using Brownian.Networks.Blocks;
using static TorchSharp.torch;

namespace Brownian.Networks.Latent;

/// <summary>
/// The variational autoencoder of Stable Diffusion (Rombach et al. 2022, sec. 3.1; Kingma and Welling 2014): name for name and number for number diffusers'
/// <c>AutoencoderKL</c>.
/// </summary>
public sealed class AutoencoderKL : nn.Module, ILatentCodec
{
    private readonly ComputeSettings compute = new();
    private readonly CodecEncoder encoder;
    private readonly CodecDecoder decoder;
    private readonly Convolution? quantConvolution;
    private readonly Convolution? postQuantConvolution;

    /// <summary>A network with random weights.</summary>
    /// <param name="config">Its shape.</param>
    /// <param name="seed">Of the weights.</param>
    /// <exception cref="ArgumentException">The configuration contradicts itself, or names what does not exist.</exception>
    public AutoencoderKL(AutoencoderKLConfig config, ulong seed = 0)
        : base(nameof(AutoencoderKL))
    {
        config.Check();
        Config = config;
        var latent = config.LatentChannels;
        register_module(nameof(encoder), encoder = new(config, 2 * latent, compute));
        register_module(nameof(decoder), decoder = new(config, isSpatial: false, compute));
        if (config.UseQuantConv != false)
        {
            register_module("quant_conv", quantConvolution = new(2 * latent, 2 * latent, 1, compute));
        }

        if (config.UsePostQuantConv != false)
        {
            register_module("post_quant_conv", postQuantConvolution = new(latent, latent, 1, compute));
        }

        Initial.Start(this, seed);
    }

    /// <summary>The shape.</summary>
    public AutoencoderKLConfig Config { get; }

    /// <inheritdoc/>
    public int LatentChannels => Config.LatentChannels;

    /// <inheritdoc/>
    public int Factor => Config.Factor;

    /// <summary>Large images are taken in tiles, and the images of a batch one by one, when set; null takes all at once.</summary>
    public Tiles? Tiles { get; set; }

    /// <summary>Tiles of the size it was trained on.</summary>
    public Tiles UsualTiles => new(Math.Max(1, Config.SampleSize.Height / Factor));

    /// <summary>Float32, or bfloat16 for convolutions and matrix products.</summary>
    public ScalarType ComputeType
    {
        get => compute.Type;
        set => compute.Type = value;
    }

    /// <summary>How the layers compute, for measurements and tests.</summary>
    internal ComputeSettings Compute => compute;

    /// <summary>Called with the name and output of each part while it runs, when set.</summary>
    internal Action<string, Tensor>? Trace
    {
        set
        {
            encoder.Trace = value is null ? null : (name, tensor) => value($"encoder.{name}", tensor);
            decoder.Trace = value is null ? null : (name, tensor) => value($"decoder.{name}", tensor);
        }
    }

    /// <summary>The distribution of raw latents of images, [N, C, H, W] in [−1, 1] → [N, C', ⌊H/Factor⌋, ⌊W/Factor⌋].</summary>
    /// <exception cref="ArgumentException">The images have other channels.</exception>
    public DiagonalGaussian Posterior(Tensor images)
    {
        CodecInputs.CheckImages(Config, images);
        using var scope = NewDisposeScope();
        return DiagonalGaussian.Read(CodecInputs.OneByOne(images, Tiles is not null, Moments)).MoveToOuterScope();
    }

    /// <summary>Images of raw latents, [N, C', h, w] → [N, C, Factor·h, Factor·w].</summary>
    /// <exception cref="ArgumentException">The latents have other channels.</exception>
    public Tensor Reconstruct(Tensor z)
    {
        CodecInputs.CheckLatents(z, LatentChannels);
        using var scope = NewDisposeScope();
        return CodecInputs.OneByOne(z, Tiles is not null, Images).to(MasterType).contiguous().MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public Tensor Encode(Tensor images, INoise? noise = null)
    {
        using var scope = NewDisposeScope();
        var posterior = Posterior(images);
        var z = noise is null ? posterior.Mean : posterior.Sample(noise);
        return ((z - (Config.ShiftFactor ?? 0)) * Config.ScalingFactor).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public Tensor Decode(Tensor latents)
    {
        using var scope = NewDisposeScope();
        var z = latents / Config.ScalingFactor;
        return Reconstruct(Config.ShiftFactor is { } shift ? z + shift : z).MoveToOuterDisposeScope();
    }

    /// <summary>Names are given explicitly; TorchSharp would add every field again under the field's name.</summary>
    protected override void RegisterComponents()
    {
    }

    private ScalarType MasterType => parameters().First().dtype;

    private Tensor Moments(Tensor images)
    {
        return Tiles is { } tiles && Math.Max(images.size(2), images.size(3)) > tiles.Size * Factor
            ? tiles.Apply(images, tiles.Size * Factor, tiles.Size, Whole)
            : Whole(images);

        Tensor Whole(Tensor part)
        {
            using var scope = NewDisposeScope();
            var h = encoder.call(part);
            h = quantConvolution is null ? h : quantConvolution.call(h);
            return h.to(MasterType).contiguous().MoveToOuterDisposeScope();
        }
    }

    private Tensor Images(Tensor z)
    {
        return Tiles is { } tiles && Math.Max(z.size(2), z.size(3)) > tiles.Size
            ? tiles.Apply(z, tiles.Size, tiles.Size * Factor, Whole)
            : Whole(z);

        Tensor Whole(Tensor part)
        {
            using var scope = NewDisposeScope();
            var h = postQuantConvolution is null ? part : postQuantConvolution.call(part);
            return decoder.call(h, null).contiguous().MoveToOuterDisposeScope();
        }
    }
}
