using Brownian.Checkpoints;
using Brownian.Networks.Latent;
using Brownian.Testing;
using static TorchSharp.torch;

namespace Brownian.Tests.Checkpoints;

public sealed class PipelineFolderTests : LeakCheck
{
    private static readonly string Sd = GoldenData.At("pipe_sd", "pipeline");

    [Fact]
    public void A_folder_tells_its_parts_before_anything_is_loaded()
    {
        var folder = PipelineFolder.Open(Sd);
        Assert.Equal("StableDiffusionPipeline", folder.ClassName);
        Assert.Equal(["scheduler", "text_encoder", "tokenizer", "unet", "vae"], folder.Parts);
        Assert.Equal("CLIPTextModel", folder.ClassOf("text_encoder"));
        Assert.Null(folder.ClassOf("safety_checker"));
        Assert.False(folder.Setting("requires_safety_checker")!.GetValue<bool>());
        Assert.Equal("PNDMScheduler", folder.Scheduler().ClassName);
    }

    [Fact]
    public void A_part_is_loaded_with_its_weights()
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using var codec = PipelineFolder.Open(Sd).Network("vae", json => new AutoencoderKL(AutoencoderKLConfig.FromJson(json)));
        using var file = SafetensorsFile.Open(Path.Combine(Sd, "vae", "diffusion_pytorch_model.safetensors"));
        Assert.Equal(file.Read("quant_conv.bias", ScalarType.Float32).data<float>().ToArray(), codec.state_dict()["quant_conv.bias"].data<float>().ToArray());
        Assert.False(codec.training);
    }

    [Theory]
    [InlineData("safety_checker", "has no part 'safety_checker'; it has scheduler, text_encoder, tokenizer, unet, vae")]
    [InlineData("tokenizer", "config.json: the file is missing")]
    [InlineData("unet", "nothing can be made from it (expected the configuration of an AutoencoderKL")]
    public void What_is_not_there_is_said_by_name(string part, string expected) => Assert.Contains(
        expected,
        Assert.Throws<CheckpointFormatException>(() => PipelineFolder.Open(Sd).Network(part, json => new AutoencoderKL(AutoencoderKLConfig.FromJson(json)))).Message,
        StringComparison.Ordinal);

    [Fact]
    public void A_folder_without_an_index_is_no_pipeline()
    {
        Assert.Contains("model_index.json", Assert.Throws<CheckpointFormatException>(() => PipelineFolder.Open(Path.Combine(Sd, "vae"))).Message, StringComparison.Ordinal);
        Assert.Contains("there is no such folder", Assert.Throws<CheckpointFormatException>(() => PipelineFolder.Open(Path.Combine(Sd, "no"))).Message, StringComparison.Ordinal);
    }
}
