using Brownian.Checkpoints;
using Brownian.Networks.Latent;
using Brownian.Testing;
using Brownian.Tests.Verification;
using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Tests.Networks;

public sealed class CodecTests : LeakCheck
{
    private static readonly AutoencoderKLConfig Small = new()
    {
        DownBlockTypes = ["DownEncoderBlock2D", "AttnDownEncoderBlock2D", "DownEncoderBlock2D"],
        UpBlockTypes = ["UpDecoderBlock2D", "AttnUpDecoderBlock2D", "UpDecoderBlock2D"],
        BlockOutChannels = [8, 8, 16],
        NormNumGroups = 4,
        SampleSize = 16,
    };

    [Theory]
    [InlineData("vae_kl_sd")]
    [InlineData("vqmodel")]
    public void An_autoencoder_computes_the_numbers_of_the_reference(string name)
    {
        GoldenCase.Passes(name);
    }

    [Fact]
    public void Sides_of_latents_are_those_of_images_divided_by_the_factor()
    {
        using var scope = NewDisposeScope();
        using var codec = new AutoencoderKL(Small);
        using var frozen = no_grad();
        var images = zeros(2, 3, 24, 16);
        var latents = codec.Encode(images);
        Assert.Equal([2, 4, 6, 4], latents.shape);
        Assert.Equal(4, codec.Factor);
        Assert.Equal([2, 3, 24, 16], codec.Decode(latents).shape);
        Assert.Equal([1, 4, 2, 3], codec.Encode(zeros(1, 3, 11, 13)).shape);
    }

    [Fact]
    public void Scaling_and_shift_are_undone_by_decoding()
    {
        using var scope = NewDisposeScope();
        using var codec = new AutoencoderKL(Small with { ScalingFactor = 0.5, ShiftFactor = 0.25 });
        using var frozen = no_grad();
        using var noise = new SeededNoise(1);
        var images = noise.NormalLike(zeros(1, 3, 8, 8));
        var mean = codec.Posterior(images).Mean;
        Close((mean - 0.25) * 0.5, codec.Encode(images), 1e-6);
        Close(codec.Reconstruct(mean), codec.Decode(codec.Encode(images)), 1e-5);
    }

    [Fact]
    public void The_divergence_from_a_normal_distribution_is_that_of_its_formula_and_of_its_samples()
    {
        using var scope = NewDisposeScope();
        using var noise = new SeededNoise(2);
        var (mean, log) = (noise.NormalLike(zeros(1, 2, 2, 2)), noise.NormalLike(zeros(1, 2, 2, 2)) * 0.3);
        var own = new DiagonalGaussian(mean, log);
        var standard = new DiagonalGaussian(zeros_like(mean), zeros_like(log));
        Close(own.Kl(), own.Kl(standard), 1e-5);
        Assert.Equal(0, standard.Kl().item<float>(), 6);

        // KL = E[log p − log q]; the mean of 4000 samples has a deviation of about 0.03.
        var many = new DiagonalGaussian(mean.expand(4000, -1, -1, -1), log.expand(4000, -1, -1, -1));
        var samples = many.Sample(noise);
        var estimate = (new DiagonalGaussian(zeros_like(samples), zeros_like(samples)).NegativeLogLikelihood(samples) - many.NegativeLogLikelihood(samples)).mean();
        Assert.Equal(own.Kl().item<float>(), estimate.item<float>(), 0.2f);
    }

    [Fact]
    public void Log_variances_are_kept_in_a_range()
    {
        using var scope = NewDisposeScope();
        var read = DiagonalGaussian.Read(tensor(new float[] { 0, 1, -90, 70 }).reshape(1, 4, 1, 1));
        Assert.Equal([-30f, 20f], read.LogVariance.data<float>().ToArray());
    }

    [Fact]
    public void An_image_of_one_tile_is_the_same_in_tiles()
    {
        using var scope = NewDisposeScope();
        using var codec = new AutoencoderKL(Small);
        using var frozen = no_grad();
        using var noise = new SeededNoise(3);
        var z = noise.NormalLike(zeros(2, 4, 4, 4));
        var whole = codec.Reconstruct(z);
        codec.Tiles = codec.UsualTiles;
        Assert.Equal(4, codec.Tiles.Size);
        Close(whole, codec.Reconstruct(z), 1e-6);
    }

    [Fact]
    public void Tiles_of_a_pointwise_function_are_that_function()
    {
        using var scope = NewDisposeScope();
        // Where every tile agrees with the whole, blending must change nothing, whatever the sizes.
        using var noise = new SeededNoise(4);
        foreach (var (height, width, size) in new[] { (13, 7, 4), (8, 8, 8), (5, 20, 6), (9, 9, 4) })
        {
            var x = noise.NormalLike(zeros(1, 2, height, width));
            var tiled = new Tiles(size).Apply(x, size, size * 2, tile => tile.repeat_interleave(2, 2).repeat_interleave(2, 3) * 3);
            Close(x.repeat_interleave(2, 2).repeat_interleave(2, 3) * 3, tiled, 1e-5);
        }
    }

    [Fact]
    public void Tiles_are_cut_and_blended_as_diffusers_does()
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using var codec = new AutoencoderKL(AutoencoderKLConfig.FromJson(File.ReadAllText(GoldenData.At("vae_kl_sd", "vae", "config.json"))));
        using (var weights = TensorFile.Open(GoldenData.At("vae_kl_sd", "vae")))
        {
            WeightLoading.Load(codec, weights, KeyMap.OldDiffusers);
        }

        codec.Tiles = codec.UsualTiles;
        using var io = TensorFile.Open(GoldenData.At("vae_kl_tiles", "io.safetensors"));
        var posterior = codec.Posterior(io.Read("x"));
        Close(io.Read("moments"), cat([posterior.Mean, posterior.LogVariance], 1), 1e-4);
        Close(io.Read("decoded"), codec.Reconstruct(io.Read("z")), 1e-4);
    }

    [Fact]
    public void Tiled_images_resemble_the_whole_ones()
    {
        using var scope = NewDisposeScope();
        using var codec = new AutoencoderKL(Small);
        using var frozen = no_grad();
        using var noise = new SeededNoise(5);
        var z = noise.NormalLike(zeros(1, 4, 10, 6));
        var whole = codec.Reconstruct(z);
        codec.Tiles = new(4);
        var tiled = codec.Reconstruct(z);
        Assert.Equal(whole.shape, tiled.shape);
        Assert.True((whole - tiled).abs().mean().item<float>() < whole.std().item<float>());
        Assert.Equal([1, 4, 10, 6], codec.Posterior(tiled).Mean.shape);
    }

    [Fact]
    public void Quantised_latents_are_vectors_of_the_codebook_and_stay_when_quantised_again()
    {
        using var scope = NewDisposeScope();
        using var codec = new VQModel(new() { BlockOutChannels = [8], NormNumGroups = 4, NumVqEmbeddings = 7, VqEmbedDim = 5, LatentChannels = 4 });
        using var frozen = no_grad();
        using var noise = new SeededNoise(6);
        var z = codec.Features(noise.NormalLike(zeros(2, 3, 4, 4)));
        Assert.Equal([2, 5, 4, 4], z.shape);
        var quantized = codec.Quantize(z);
        Close(quantized, codec.Quantize(quantized), 0);
        Close(quantized, codec.Vectors(codec.Indices(z)), 0);
        Assert.Equal([2, 3, 4, 4], codec.Reconstruct(z).shape);
        Close(codec.Reconstruct(quantized), codec.Reconstruct(quantized, quantize: false), 1e-6);
    }

    [Fact]
    public void Gradients_pass_through_the_codebook_unchanged()
    {
        using var scope = NewDisposeScope();
        using var codec = new VQModel(new() { BlockOutChannels = [8], NormNumGroups = 4, NumVqEmbeddings = 3, LatentChannels = 2 });
        var z = zeros(1, 2, 2, 2).requires_grad_(true);
        (codec.Quantize(z) * 3).sum().backward();
        Close(full_like(z, 3), z.grad!, 0);
    }

    [Fact]
    public void The_norms_of_a_spatial_decoder_see_the_latents()
    {
        using var scope = NewDisposeScope();
        using var codec = new VQModel(new()
        {
            DownBlockTypes = ["DownEncoderBlock2D", "DownEncoderBlock2D"],
            UpBlockTypes = ["AttnUpDecoderBlock2D", "UpDecoderBlock2D"],
            BlockOutChannels = [32, 32],
            NormType = "spatial",
            LatentChannels = 4,
        });
        var names = codec.state_dict().Keys;
        Assert.Contains("decoder.up_blocks.0.attentions.0.spatial_norm.norm_layer.weight", names);
        Assert.Contains("decoder.mid_block.resnets.1.norm2.conv_b.bias", names);
        Assert.DoesNotContain("decoder.mid_block.attentions.0.group_norm.weight", names);
        Assert.Contains("encoder.mid_block.attentions.0.group_norm.weight", names);

        // The scales of the norms are 0 without their convolutions' offsets: then only shifts of the latents are left.
        using var frozen = no_grad();
        Assert.Equal([1, 3, 8, 6], codec.Reconstruct(zeros(1, 4, 4, 3), quantize: false).shape);
    }

    [Fact]
    public void Bfloat16_is_near_float32()
    {
        using var scope = NewDisposeScope();
        using var codec = new AutoencoderKL(Small);
        using var frozen = no_grad();
        using var noise = new SeededNoise(7);
        var z = noise.NormalLike(zeros(1, 4, 4, 4));
        var exact = codec.Reconstruct(z);
        codec.ComputeType = ScalarType.BFloat16;
        var near = codec.Reconstruct(z);
        Assert.Equal(ScalarType.Float32, near.dtype);
        Assert.True((exact - near).abs().max().item<float>() < 0.1f * exact.abs().max().item<float>());
        Assert.True((exact - near).abs().max().item<float>() > 0);
    }

    [Fact]
    public void What_cannot_be_is_said()
    {
        using var scope = NewDisposeScope();
        Says("expected DownEncoderBlock2D or AttnDownEncoderBlock2D; got \"DownBlock2D\"", () => new AutoencoderKL(Small with { DownBlockTypes = ["DownBlock2D", "DownBlock2D", "DownBlock2D"] }));
        Says("as many block_out_channels", () => new AutoencoderKL(Small with { UpBlockTypes = ["UpDecoderBlock2D"] }));
        Says("expected group or spatial; got \"batch\"", () => new VQModel(new() { NormType = "batch" }));
        using var codec = new AutoencoderKL(Small);
        Says("expected [N, 3, H, W]; got [1, 4, 8, 8]", () => codec.Encode(zeros(1, 4, 8, 8)));
        Says("latents: expected [N, 4, h, w]; got [1, 3, 2, 2]", () => codec.Decode(zeros(1, 3, 2, 2)));
        Assert.Contains("got that of a 'VQModel'", Assert.Throws<System.Text.Json.JsonException>(() => AutoencoderKLConfig.FromJson("""{"_class_name": "VQModel"}""")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_configuration_survives_its_file()
    {
        using var scope = NewDisposeScope();
        var config = AutoencoderKLConfig.FromJson((Small with { ScalingFactor = 0.5 }).ToJson());
        Assert.Equal(0.5, config.ScalingFactor);
        Assert.Equal(Small.DownBlockTypes, config.DownBlockTypes);
        Assert.Equal(Small.SampleSize, config.SampleSize);
        Assert.Equal(5, VQModelConfig.FromJson(new VQModelConfig { VqEmbedDim = 5 }.ToJson()).VqEmbedDim);
    }

    private static void Says(string expected, Func<object> action) =>
        Assert.Contains(expected, Assert.ThrowsAny<ArgumentException>(action).Message, StringComparison.Ordinal);

    private static void Close(Tensor expected, Tensor actual, double tolerance)
    {
        Assert.Equal(expected.shape, actual.shape);
        var difference = (expected - actual).abs().max().item<float>();
        Assert.True(difference <= tolerance, $"differs by {difference}");
    }
}
