using System.Text.Json;
using Brownian.Checkpoints;
using Brownian.Networks.Clip;
using Brownian.Networks.Conditional;
using Brownian.Networks.Latent;
using Brownian.Testing;
using TorchSharp;
using static Brownian.Tests.Checkpoints.FormulaWeights;
using static TorchSharp.torch;

namespace Brownian.Tests.Checkpoints;

/// <summary>
/// A small Stable Diffusion under its original names, whose weights are a formula, becomes a diffusers folder that gives the numbers of a
/// PyTorch model with the original names.
/// </summary>
public sealed class StableDiffusionConversionTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly DisposeScope scope = NewDisposeScope();
    private readonly JsonElement golden = JsonDocument.Parse(File.ReadAllText(GoldenData.At("formats", "stable-diffusion.json"))).RootElement;

    public void Dispose()
    {
        scope.Dispose();
        folder.Dispose();
    }

    [Theory]
    [InlineData("sd1", "epsilon", "PNDMScheduler")]
    [InlineData("sd2", "v_prediction", "DDIMScheduler")]
    public void A_single_file_becomes_a_folder_with_the_same_numbers(string version, string prediction, string scheduler)
    {
        using var frozen = no_grad();
        Conversion.Run(Original(version), folder["out"]);
        var pipeline = PipelineFolder.Open(folder["out"]);
        Assert.Equal("StableDiffusionPipeline", pipeline.ClassName);
        Assert.Equal((prediction, scheduler), ((string?)pipeline.Config("scheduler", "scheduler_config.json")["prediction_type"], pipeline.ClassOf("scheduler")));

        var expected = golden.GetProperty(version);
        var ids = tensor(expected.GetProperty("ids")[0].EnumerateArray().Select(id => id.GetInt64()).ToArray()).unsqueeze(0);
        using var text = pipeline.Network("text_encoder", json => new ClipText(ClipTextConfig.FromJson(json)), ClipKeys.Text);
        var state = text.call(ids).LastState;
        Same(expected.GetProperty("text"), state);

        using var unet = pipeline.Network("unet", json => UNet2DConditionConfig.FromJson(json).Create());
        var x = Wave(1, 4, 8, 8);
        Same(expected.GetProperty("unet"), unet.call(x, tensor(new[] { 321f }), new() { Tokens = state }));

        using var codec = pipeline.Network("vae", json => new AutoencoderKL(AutoencoderKLConfig.FromJson(json)));
        var posterior = codec.Posterior(Wave(1, 3, 16, 16));
        Same(expected.GetProperty("moments"), cat([posterior.Mean, posterior.LogVariance], 1));
        Same(expected.GetProperty("decoded"), codec.Reconstruct(x));
        Assert.DoesNotContain(CheckpointInfo.Describe(folder["out"]).Problems, problem => problem.Contains("missing", StringComparison.Ordinal));
    }

    [Fact]
    public void The_type_of_the_numbers_and_the_tokenizer_are_chosen()
    {
        Directory.CreateDirectory(folder["clip"]);
        File.WriteAllText(folder["clip/vocab.json"], "{}");
        File.WriteAllText(folder["clip/merges.txt"], "");
        Conversion.Run(Original("sd1"), folder["out"], new() { Type = ScalarType.Float16, Tokenizer = folder["clip"], Prediction = "v_prediction", ImageSize = 768 });
        var info = CheckpointInfo.Describe(folder["out"]);
        Assert.Equal(3, info.Weights.Count);
        Assert.All(info.Weights, weights => Assert.Equal(["F16"], weights.Types.Keys));
        var pipeline = PipelineFolder.Open(folder["out"]);
        Assert.True(pipeline.Has("tokenizer"));
        Assert.Equal(96, (int?)pipeline.Config("unet")["sample_size"]);
        Assert.True(File.Exists(folder["out/tokenizer/merges.txt"]));
    }

    [Fact]
    public void Half_precision_stays_on_file_and_in_memory_and_gives_the_numbers_of_float32()
    {
        using var frozen = no_grad();
        Conversion.Run(Original("sd2"), folder["half"], new() { Type = ScalarType.Float16 });
        Conversion.Run(folder["half/unet"], folder["whole"], new() { Type = ScalarType.Float32 });
        using var half = PipelineFolder.Open(folder["half"]).Network("unet", json => UNet2DConditionConfig.FromJson(json).Create());
        using var whole = UNet2DConditionConfig.FromJson(File.ReadAllText(folder["whole/config.json"])).Create();
        using (var file = TensorFile.Open(folder["whole"]))
        {
            WeightLoading.Load(whole, file);
        }

        whole.eval();
        Assert.Contains(half.parameters(), weight => weight.dtype == ScalarType.Float16);
        var condition = new Condition { Tokens = Wave(1, 8, 64) };
        var y = half.call(Wave(1, 4, 8, 8), tensor(new[] { 5f }), condition);
        Assert.Equal(ScalarType.Float32, y.dtype);
        Assert.Equal(0, (y - whole.call(Wave(1, 4, 8, 8), tensor(new[] { 5f }), condition)).abs().max().item<float>());
    }

    [Fact]
    public void Averages_are_taken_unless_the_raw_weights_are_asked_for()
    {
        var tensors = Tensors("sd1");
        var (name, average) = ("model.diffusion_model.out.2.bias", "model_ema.diffusion_modelout2bias");
        tensors.Add((average, torch.full(4, 5.0f)));
        SafetensorsWriter.Write(folder["ema"], tensors);
        foreach (var (raw, expected) in new[] { (false, 5.0f), (true, tensors.First(t => t.Name == name).Tensor[0].item<float>()) })
        {
            Conversion.Run(folder["ema"], folder["out"], new() { Raw = raw, Replace = true });
            using var file = TensorFile.Open(folder["out/unet"]);
            Assert.Equal(expected, file.Read("conv_out.bias")[0].item<float>());
        }
    }

    [Fact]
    public void An_autoencoder_alone_becomes_a_network_folder()
    {
        var part = Tensors("sd1").Where(t => t.Name.StartsWith("first_stage_model.", StringComparison.Ordinal)).Select(t => (t.Name["first_stage_model.".Length..], t.Tensor));
        SafetensorsWriter.Write(folder["vae.safetensors"], part);
        Conversion.Run(folder["vae.safetensors"], folder["vae"]);
        var info = CheckpointInfo.Describe(folder["vae"]);
        Assert.Equal((CheckpointKind.Component, "AutoencoderKL"), (info.Kind, info.Architecture));
        Assert.Empty(info.Problems);
    }

    private string Original(string version)
    {
        SafetensorsWriter.Write(folder["original"], Tensors(version));
        return folder["original"];
    }

    private List<(string Name, Tensor Tensor)> Tensors(string version) => FormulaWeights.Of(golden.GetProperty(version));
}
