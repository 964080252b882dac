using System.Text.Json;
using Brownian.Checkpoints;
using Brownian.Networks.Clip;
using Brownian.Networks.Conditional;
using Brownian.Networks.DiT;
using Brownian.Networks.Latent;
using Brownian.Parameterizations;
using Brownian.Paths;
using Brownian.Testing;
using TorchSharp;
using static Brownian.Tests.Checkpoints.FormulaWeights;
using static TorchSharp.torch;

namespace Brownian.Tests.Checkpoints;

/// <summary>Files in the layouts of OpenAI's CLIP, facebookresearch's DiT and Stability's models become folders that give the numbers of their own programs.</summary>
public sealed class OriginalFilesTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly DisposeScope scope = NewDisposeScope();
    private readonly JsonElement golden = JsonDocument.Parse(File.ReadAllText(GoldenData.At("formats", "originals.json"))).RootElement;
    private readonly JsonElement texts = JsonDocument.Parse(File.ReadAllText(GoldenData.At("formats", "stable-diffusion.json"))).RootElement.GetProperty("sd2");

    public void Dispose()
    {
        scope.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void The_upscaler_predicts_v_with_eight_heads_on_the_levels_of_its_training()
    {
        using var frozen = no_grad();
        Conversion.Run(StableDiffusion("x4"), folder["out"]);
        var pipeline = PipelineFolder.Open(folder["out"]);
        Assert.Equal("StableDiffusionUpscalePipeline", pipeline.ClassName);
        var scheduler = pipeline.Scheduler();
        Assert.Equal(DiscretePath.ScaledLinear(1000, 0.0001, 0.02), scheduler.Path);
        Assert.IsType<PredictV>(scheduler.Parameterization);
        using var unet = pipeline.Network("unet", json => UNet2DConditionConfig.FromJson(json).Create());
        var condition = new Condition { Tokens = Wave(1, 8, 64), Labels = tensor(new[] { 20L }) };
        Same(golden.GetProperty("x4").GetProperty("unet"), unet.call(Wave(1, 7, 16, 16), tensor(new[] { 321f }), condition), 5e-4f);
        SameCodec(pipeline, golden.GetProperty("x4"));
        Assert.Contains("tokenizer", Assert.Single(CheckpointInfo.Describe(folder["out"]).Problems), StringComparison.Ordinal); // such a file has none
    }

    [Fact]
    public void The_inpainting_network_of_the_second_version_predicts_noise_from_nine_channels()
    {
        using var frozen = no_grad();
        Conversion.Run(StableDiffusion("inpainting"), folder["out"]);
        var pipeline = PipelineFolder.Open(folder["out"]);
        Assert.Equal("StableDiffusionInpaintPipeline", pipeline.ClassName);
        Assert.IsType<PredictEpsilon>(pipeline.Scheduler().Parameterization);
        using var unet = pipeline.Network("unet", json => UNet2DConditionConfig.FromJson(json).Create());
        Same(golden.GetProperty("inpainting").GetProperty("unet"), unet.call(Wave(1, 9, 8, 8), tensor(new[] { 321f }), new() { Tokens = Wave(1, 8, 64) }));
        SameCodec(pipeline, golden.GetProperty("inpainting"));
    }

    [Fact]
    public void The_levels_in_a_checkpoint_are_those_of_the_folder()
    {
        var betas = linspace(Math.Sqrt(0.0015), Math.Sqrt(0.0195), 1000, ScalarType.Float64).square().to(ScalarType.Float32);
        SafetensorsWriter.Write(folder["with.safetensors"], [.. Tensors("inpainting"), ("betas", betas)]);
        Conversion.Run(folder["with.safetensors"], folder["out"]);
        Assert.Equal(DiscretePath.ScaledLinear(1000, 0.0015, 0.0195), PipelineFolder.Open(folder["out"]).Scheduler().Path);
    }

    [Fact]
    public void A_network_that_is_told_a_picture_is_refused()
    {
        var tensors = Tensors("inpainting").Where(t => !t.Name.EndsWith("diffusion_model.input_blocks.0.0.weight", StringComparison.Ordinal));
        SafetensorsWriter.Write(
            folder["unclip.safetensors"], [.. tensors, ("model.diffusion_model.input_blocks.0.0.weight", zeros(64, 4, 3, 3)), ("model.diffusion_model.label_emb.0.0.weight", zeros(256, 8))]);
        Assert.Contains("Stable unCLIP", Assert.Throws<CheckpointFormatException>(() => Conversion.Run(folder["unclip.safetensors"], folder["out"])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", 1)]
    [InlineData("module.", 1)]
    [InlineData("", 2)]
    public void CLIP_becomes_a_folder_of_two_encoders(string wrapper, int fileBytesOfANumber)
    {
        using var frozen = no_grad();
        var half = fileBytesOfANumber == 2;
        SafetensorsWriter.Write(folder["clip.safetensors"], Of(golden.GetProperty("clip")).Select(t => (wrapper + t.Name, half ? t.Tensor.half() : t.Tensor)));
        var done = Conversion.Run(folder["clip.safetensors"], folder["out"], new() { Config = """{"text_cfg":{"heads":3},"quick_gelu":true}""" });
        Assert.Equal("CLIP, text and vision (OpenAI names), as a Hugging Face CLIPModel", done);
        Assert.Empty(CheckpointInfo.Describe(folder["out"]).Problems);
        var json = File.ReadAllText(folder["out/config.json"]);
        using var file = TensorFile.Open(folder["out"]);
        Assert.Equal(half ? "F16" : "F32", file.Info("text_projection.weight").Type.Name);
        Assert.Equal([48L, 192L], file.Info("text_projection.weight").Shape);
        var expected = golden.GetProperty("clip");
        using var text = new ClipText(ClipTextConfig.FromJson(json));
        WeightLoading.Load(text, file, ClipKeys.Text);
        Assert.Equal((3, 2, 98), (text.Config.NumAttentionHeads, text.Config.NumHiddenLayers, text.Config.EosTokenId));
        long[] ids = [.. expected.GetProperty("ids").EnumerateArray().SelectMany(row => row.EnumerateArray()).Select(id => id.GetInt64())];
        Same(expected.GetProperty("text"), text.call(tensor(ids).reshape(2, -1)).Embedding!, half ? 1e-2f : 1e-5f);
        using var vision = new ClipVision(ClipVisionConfig.FromJson(json));
        WeightLoading.Load(vision, file, ClipKeys.Vision);
        Same(expected.GetProperty("image"), vision.call(Wave(2, 3, 32, 32)).Embedding!, half ? 1e-2f : 1e-5f);
        Assert.Equal(32, Brownian.Data.ClipPixels.FromJson(File.ReadAllText(folder["out/preprocessor_config.json"])).ShortestEdge);
    }

    [Theory]
    [InlineData("clip", "{")]
    [InlineData("clip", "[]")]
    [InlineData("clip", """{"hidden_act":3}""")]
    [InlineData("clip", """{"quick_gelu":"yes"}""")]
    [InlineData("DiT", "{")]
    [InlineData("DiT", "[]")]
    [InlineData("DiT", """{"num_heads":"many"}""")]
    public void Settings_that_are_none_are_refused_before_anything_is_written(string of, string config)
    {
        SafetensorsWriter.Write(folder["clip.safetensors"], Of(golden.GetProperty("clip")));
        var source = of == "DiT" ? GoldenData.At("dit", "model.safetensors") : folder["clip.safetensors"];
        var error = Assert.Throws<ArgumentException>(() => Conversion.Run(source, folder["out"], new() { Config = config }));
        Assert.Contains($"config: these are no settings of {of.Replace("clip", "CLIP", StringComparison.Ordinal)}", error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder["out"]));
    }

    [Fact]
    public void A_CLIP_whose_image_encoder_is_convolutional_is_refused_by_name()
    {
        SafetensorsWriter.Write(folder["rn50.safetensors"], [.. Of(golden.GetProperty("clip")), ("visual.layer1.0.conv1.weight", zeros(4, 4, 1, 1))]);
        Assert.Contains("residual network (RN50", Assert.Throws<CheckpointFormatException>(() => Conversion.Run(folder["rn50.safetensors"], folder["out"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_a_TorchScript_archive_the_weights_are_read_and_the_code_is_not()
    {
        using var file = TensorFile.Open(GoldenData.At("formats", "clip-script.pt"));
        Assert.Equal(17, file.Keys.Count);
        Assert.Empty(file.Parts);
        Assert.Equal([-0.28621358f, -0.22772466f, -0.1236439f], file.Read("visual.conv1.weight").flatten()[..3].data<float>().ToArray(), (x, y) => Math.Abs(x - y) < 1e-7f);
        Assert.Equal([0f, 0.125f, 0.25f, 0.375f, 0.5f, 0.625f], file.Read("visual.transformer.resblocks.1.attn.in_proj_weight").flatten().data<float>().ToArray());
        Assert.Equal(2f, file.Read("logit_scale").item<float>());
        using var part = TensorFile.Open(GoldenData.At("formats", "clip-script.pt"), "visual.transformer");
        Assert.Equal(12, part.Keys.Count);
        Assert.Contains("it holds no tensors", Assert.Throws<CheckpointFormatException>(() => TensorFile.Open(GoldenData.At("formats", "script.pt"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void DiT_becomes_a_folder_with_the_same_numbers()
    {
        using var frozen = no_grad();
        Conversion.Run(GoldenData.At("dit", "model.safetensors"), folder["dit"], new() { Config = """{"num_heads": 4}""" });
        Assert.Empty(CheckpointInfo.Describe(folder["dit"]).Problems);
        using var network = DiTConfig.FromJson(File.ReadAllText(folder["dit/config.json"])).Create();
        using (var file = TensorFile.Open(folder["dit"]))
        {
            WeightLoading.Load(network, file);
        }

        using var io = TensorFile.Open(GoldenData.At("dit", "io.safetensors"));
        var difference = network.call(io.Read("x"), io.Read("t"), new() { Labels = io.Read("y") }) - io.Read("out");
        Assert.True(difference.abs().max().item<float>() < 4.6e-5f, $"{difference.abs().max().item<float>()}");
        Assert.Contains(
            "num_heads", Assert.Throws<ArgumentException>(() => Conversion.Run(GoldenData.At("dit", "model.safetensors"), folder["x"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void DiT_and_an_autoencoder_become_a_pipeline_that_draws()
    {
        Conversion.Run(GoldenData.At("dit", "model.safetensors"), folder["dit"], new() { Config = """{"num_heads": 4}""", Autoencoder = GoldenData.At("vae_kl_sd", "vae") });
        var info = CheckpointInfo.Describe(folder["dit"]);
        Assert.Empty(info.Problems);
        Assert.Equal(("DiTPipeline", 10), (info.Pipeline, info.ClassCount));
        using var bundle = ModelBundle.Load(folder["dit"]);
        Assert.Equal((10L, 2, DiscretePath.Linear()), (bundle.NullLabel, bundle.Sampling.Guidance > 1 ? 2 : 1, bundle.Model.Path));
        Assert.NotNull(bundle.Codec);
    }

    // The file of a pipeline: the two networks, and the text encoder of the second version.
    private string StableDiffusion(string name)
    {
        SafetensorsWriter.Write(folder["original"], Tensors(name));
        return folder["original"];
    }

    private List<(string Name, Tensor Tensor)> Tensors(string name) =>
        [.. Of(golden.GetProperty(name)), .. Of(texts).Where(t => t.Name.StartsWith("cond_stage_model.", StringComparison.Ordinal))];

    private static void SameCodec(PipelineFolder pipeline, JsonElement expected)
    {
        using var codec = pipeline.Network("vae", json => new AutoencoderKL(AutoencoderKLConfig.FromJson(json)));
        var posterior = codec.Posterior(Wave(1, 3, 16, 16));
        Same(expected.GetProperty("moments"), cat([posterior.Mean, posterior.LogVariance], 1));
        Same(expected.GetProperty("decoded"), codec.Reconstruct(Wave(1, 4, 8, 8)));
    }
}
