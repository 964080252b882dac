using System.Text.Json.Nodes;
using Brownian.Checkpoints;
using Brownian.Parameterizations;
using Brownian.Paths;
using Brownian.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Tests.Checkpoints;

public sealed class CheckpointInfoTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly DisposeScope scope = NewDisposeScope();

    public void Dispose()
    {
        scope.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void A_run_is_described_with_its_checkpoints()
    {
        MakeRun();
        var info = CheckpointInfo.Describe(folder["run"]);
        Assert.Equal(CheckpointKind.Run, info.Kind);
        Assert.Equal("UNet2DModel", info.Architecture);
        Assert.Equal("DDPMPipeline", info.Pipeline);
        Assert.Equal([7L, 5L], info.Checkpoints.Select(c => c.Step));
        Assert.Equal(new EdmPath(), info.ForwardPath);
        Assert.Equal(new PredictEdm(), info.Parameterization);
        Assert.Equal(["cat", "dog", "α-bird"], info.ClassNames);
        Assert.Equal((42L, 5376L, "ema", "steps: 42\n"), (info.Training!.Step!.Value, info.Training.Images!.Value, info.Training.Weights, info.Training.Config));
        Assert.Empty(info.Problems);
        using var bundle = ModelBundle.Load(folder["run"]);
        Assert.Equal(bundle.WeightsSha256(), Assert.Single(info.Weights).Sha256);
        Assert.Equal(bundle.Model.Network.parameters().Sum(p => p.numel()), info.Parameters);
        Assert.Equal(new Dictionary<string, long> { ["F32"] = info.Parameters }, info.Weights[0].Types);
    }

    [Fact]
    public void The_description_is_JSON_that_names_path_and_network()
    {
        MakeRun();
        var json = JsonNode.Parse(CheckpointInfo.Describe(folder["run"]).ToJson())!;
        Assert.Equal("Run", (string?)json["kind"]);
        Assert.Equal("edm", (string?)json["forward_path"]!["kind"]);
        Assert.Equal("edm", (string?)json["parameterization"]!["kind"]);
        Assert.Equal("unet/diffusion_pytorch_model.safetensors", (string?)json["weights"]![0]!["name"]);
        Assert.Equal(12, (int?)json["image"]!["width"]);
        Assert.Equal(7, (long?)json["checkpoints"]![0]!["step"]);
    }

    [Fact]
    public void A_training_checkpoint_counts_its_network_once()
    {
        var path = MakeRun();
        var info = CheckpointInfo.Describe(path);
        Assert.Equal(CheckpointKind.TrainingCheckpoint, info.Kind);
        Assert.Equal(7, info.Training!.Step);
        Assert.Equal(2, info.Weights.Count);
        Assert.Equal(info.Weights[0].Parameters, info.Parameters);
        Assert.Equal(new EdmPath(), info.ForwardPath);
        File.AppendAllText(Path.Combine(path, "ema.safetensors"), "x");
        Assert.Contains("not whole: ema.safetensors has", Assert.Single(CheckpointInfo.Describe(path).Problems), StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_of_diffusers_is_described()
    {
        var info = CheckpointInfo.Describe(GoldenData.At("pipe_ddpm_ddim", "pipeline"));
        Assert.Equal((CheckpointKind.Diffusers, "DDPMPipeline", "UNet2DModel"), (info.Kind, info.Pipeline, info.Architecture));
        Assert.Equal(DiscretePath.Linear(), info.ForwardPath);
        Assert.Equal(["F16"], info.Weights[0].Types.Keys);
        Assert.Empty(info.Problems);
    }

    [Fact]
    public void A_pipeline_that_cannot_be_loaded_is_described_all_the_same()
    {
        using (var bundle = SmallBundle.Make())
        {
            DiffusersFolder.Save(folder["model"], bundle);
        }

        File.Delete(folder["model/brownian.json"]);
        File.WriteAllText(folder["model/model_index.json"], """{"_class_name":"CogVideoXPipeline","unet":["diffusers","UNet2DModel"],"safety":[null,null]}""");
        var info = CheckpointInfo.Describe(folder["model"]);
        Assert.Equal("CogVideoXPipeline", info.Pipeline);
        Assert.True(info.Parameters > 1000);
        Assert.Contains("its pipeline is 'CogVideoXPipeline'; loadable are", Assert.Single(info.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public void A_golden_case_and_a_component_are_described()
    {
        var golden = CheckpointInfo.Describe(GoldenData.At("unet2d_classcond"));
        Assert.Equal((CheckpointKind.GoldenCase, "UNet2DModel"), (golden.Kind, golden.Pipeline));
        var component = CheckpointInfo.Describe(GoldenData.At("unet2d_classcond", "unet"));
        Assert.Equal((CheckpointKind.Component, "UNet2DModel"), (component.Kind, component.Architecture));
        Assert.Equal(golden.Parameters, component.Parameters);
    }

    [Fact]
    public void A_single_file_is_described_by_its_header()
    {
        SafetensorsWriter.Write(folder["w.safetensors"], [("a", torch.ones(3, 4)), ("b", torch.ones(5, dtype: ScalarType.BFloat16))]);
        var info = CheckpointInfo.Describe(folder["w.safetensors"]);
        Assert.Equal((CheckpointKind.Safetensors, 17L), (info.Kind, info.Parameters));
        Assert.Equal(new Dictionary<string, long> { ["F32"] = 12, ["BF16"] = 5 }, info.Weights[0].Types);
        Assert.Equal(64, info.Weights[0].Sha256!.Length);
    }

    [Theory]
    [InlineData("zip.pt", CheckpointKind.PyTorch, 22)]
    [InlineData("legacy.pt", CheckpointKind.PyTorch, 22)]
    [InlineData("arrays.npz", CheckpointKind.NumPy, 7)]
    [InlineData("one.npy", CheckpointKind.NumPy, 1)]
    [InlineData("expected.safetensors", CheckpointKind.Safetensors, 22)]
    public void Every_format_is_described_under_any_name(string name, CheckpointKind kind, int tensors)
    {
        var info = CheckpointInfo.Describe(folder.Bytes("weights", File.ReadAllBytes(GoldenData.At("formats", name))));
        Assert.Equal((kind, tensors), (info.Kind, info.Weights[0].Tensors));
        Assert.Empty(info.Problems);
    }

    [Fact]
    public void A_training_programs_file_tells_its_parts_and_notes()
    {
        var weights = CheckpointInfo.Describe(GoldenData.At("formats", "score-sde.pth")).Weights[0];
        Assert.Equal("ema.shadow_params", weights.Part);
        Assert.Contains("model", weights.Parts);
        Assert.Equal("12", weights.Notes["step"]);
        Assert.Equal(5, weights.Tensors);
    }

    [Fact]
    public void Missing_and_unexpected_names_are_told_with_the_nearest_match()
    {
        using (var bundle = SmallBundle.Make())
        {
            DiffusersFolder.Save(folder["model"], bundle);
            var weights = WeightLoading.Of(bundle.Model.Network).Select(w => (w.Name == "conv_in.bias" ? "conv_in.bais" : w.Name, w.Tensor));
            SafetensorsWriter.Write(folder["model/unet/diffusion_pytorch_model.safetensors"], weights);
        }

        foreach (var path in (string[])[folder["model"], folder["model/unet"]])
        {
            var problem = Assert.Single(CheckpointInfo.Describe(path).Problems);
            Assert.Contains("missing: conv_in.bias (nearest: conv_in.bais)", problem, StringComparison.Ordinal);
            Assert.Contains("unexpected: conv_in.bais", problem, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("pipe_sd", "StableDiffusionPipeline", 16)]
    [InlineData("pipe_sd_upscale", "StableDiffusionUpscalePipeline", 32)]
    [InlineData("pipe_ldm", "LDMPipeline", 16)]
    [InlineData("pipe_unclip", "UnCLIPPipeline", 16)]
    public void A_pipeline_of_several_networks_is_described_without_a_problem(string name, string pipeline, int side)
    {
        var info = CheckpointInfo.Describe(GoldenData.At(name, "pipeline"), hashes: false);
        Assert.Equal((pipeline, new ImageShape(3, side, side)), (info.Pipeline, info.Image));
        Assert.IsType<DiscretePath>(info.ForwardPath);
        Assert.NotNull(info.Parameterization);
        Assert.Empty(info.Problems);
    }

    [Fact]
    public void Every_part_of_a_pipeline_that_is_damaged_or_missing_is_told()
    {
        CopyPipeline();
        Directory.Delete(folder["vae"], recursive: true);
        File.WriteAllBytes(folder["unet/diffusion_pytorch_model.safetensors"], File.ReadAllBytes(folder["unet/diffusion_pytorch_model.safetensors"])[..3000]);
        File.WriteAllText(folder["tokenizer/vocab.json"], "{");
        File.WriteAllText(folder["scheduler/scheduler_config.json"], """{"_class_name":"WaveScheduler"}""");
        File.Delete(folder["text_encoder/config.json"]);
        var problems = CheckpointInfo.Describe(folder.Path).Problems;
        string[] expected = ["The file is truncated", "the index names the part 'vae' (AutoencoderKL), which is missing", "vocab.json", "'WaveScheduler' cannot be read", "config.json: the file is missing"];
        Assert.Equal(expected.Length, problems.Count);
        Assert.All(expected, part => Assert.Contains(problems, problem => problem.Contains(part, StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("unet", "[null, null]", "the StableDiffusionPipeline has no part 'unet'; it has ")]
    [InlineData("unet", "[null]", "the StableDiffusionPipeline has no part 'unet'; it has ")]
    [InlineData("vae", "7", "the StableDiffusionPipeline has no part 'vae'; it has ")]
    [InlineData("image_encoder", "[\"transformers\", \"CLIPVisionModelWithProjection\"]", "the index names the part 'image_encoder' (CLIPVisionModelWithProjection), which is missing")]
    [InlineData("_class_name", "\"WavePipeline\"", "its pipeline is 'WavePipeline'; loadable are ")]
    [InlineData("_class_name", "7", "its pipeline is ''; loadable are ")]
    public void What_is_wrong_in_an_index_is_told_in_one_line(string name, string value, string expected)
    {
        CopyPipeline();
        var index = JsonNode.Parse(File.ReadAllText(folder["model_index.json"]))!;
        index[name] = JsonNode.Parse(value);
        File.WriteAllText(folder["model_index.json"], index.ToJsonString());
        Assert.Contains(expected, Assert.Single(CheckpointInfo.Describe(folder.Path).Problems), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"model\"")]
    [InlineData("{")]
    public void An_index_that_is_no_object_is_told_in_one_line(string text)
    {
        File.WriteAllText(folder["model_index.json"], text);
        var info = CheckpointInfo.Describe(folder.Path);
        Assert.Equal(CheckpointKind.Diffusers, info.Kind);
        Assert.Contains("model_index.json: not the JSON of a configuration", Assert.Single(info.Problems), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("scheduler/scheduler_config.json", "null", "expected an object")]
    [InlineData("scheduler/scheduler_config.json", "[]", "expected an object")]
    [InlineData("unet/config.json", "null", "expected an object")]
    [InlineData("text_encoder/config.json", "[1]", "expected an object")]
    [InlineData("unet/config.json", "{\"_class_name\":\"UNet2DConditionModel\",\"block_out_channels\":null}", "a setting is null that must not be")]
    [InlineData("unet/config.json", "{\"_class_name\":\"UNet2DConditionModel\",\"in_channels\":-1}", "negative dimension")]
    [InlineData("scheduler/scheduler_config.json", "{\"_class_name\":\"DDIMScheduler\",\"trained_betas\":[null,null]}", "trained_betas")]
    public void A_configuration_from_which_nothing_can_be_made_is_told_in_one_line(string file, string text, string expected)
    {
        CopyPipeline();
        File.WriteAllText(folder[file], text);
        var problem = Assert.Single(CheckpointInfo.Describe(folder.Path).Problems);
        Assert.Contains(file, problem, StringComparison.Ordinal);
        Assert.Contains(expected, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_tokenizer_is_told_with_its_file_and_not_described()
    {
        File.WriteAllText(folder["vocab.json"], "{");
        File.WriteAllText(folder["merges.txt"], "");
        Damaged("vocab.json");
        File.WriteAllText(folder["spiece.model"], "no model");
        Damaged("spiece.model");

        void Damaged(string file)
        {
            var info = CheckpointInfo.Describe(folder.Path);
            Assert.Equal((CheckpointKind.Tokenizer, null), (info.Kind, info.Tokenizer));
            Assert.Contains(folder[file], Assert.Single(info.Problems), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_scheduler_and_a_tokenizer_are_described()
    {
        var scheduler = CheckpointInfo.Describe(GoldenData.At("pipe_sd", "pipeline", "scheduler"));
        Assert.Equal((CheckpointKind.Scheduler, "PNDMScheduler"), (scheduler.Kind, scheduler.Pipeline));
        Assert.Equal(DiscretePath.ScaledLinear(), scheduler.ForwardPath);
        var tokenizer = CheckpointInfo.Describe(GoldenData.At("pipe_sd", "pipeline", "tokenizer"));
        Assert.Equal((CheckpointKind.Tokenizer, new TokenizerInfo("CLIP byte pairs", 664, 77)), (tokenizer.Kind, tokenizer.Tokenizer));
    }

    [Fact]
    public void What_is_no_checkpoint_is_refused()
    {
        Assert.Contains("there is no such file or folder", Assert.Throws<CheckpointFormatException>(() => CheckpointInfo.Describe(folder["none"])).Message, StringComparison.Ordinal);
        Assert.Contains("it is no checkpoint", Assert.Throws<CheckpointFormatException>(() => CheckpointInfo.Describe(folder.Path)).Message, StringComparison.Ordinal);
        Assert.Throws<CheckpointFormatException>(() => CheckpointInfo.Describe(folder.Bytes("x.txt", "hello, hello"u8.ToArray())));
    }

    private void CopyPipeline()
    {
        var source = GoldenData.At("pipe_sd", "pipeline");
        foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            var copy = folder[Path.GetRelativePath(source, file)];
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.WriteAllBytes(copy, File.ReadAllBytes(file));
        }
    }

    private string MakeRun()
    {
        using var bundle = SmallBundle.Make(new EdmPath(), new PredictEdm());
        using var run = RunFolder.Create(folder["run"]);
        var path = "";
        foreach (var step in (long[])[5, 7])
        {
            path = run.SaveCheckpoint(step, writer =>
            {
                writer.Tensors(CheckpointPart.Weights, WeightLoading.Of(bundle.Model.Network));
                writer.Tensors(CheckpointPart.Ema, WeightLoading.Of(bundle.Model.Network));
            });
        }

        run.Publish(bundle, WeightLoading.Of(bundle.Model.Network));
        return path;
    }
}
