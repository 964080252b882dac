using System.Text.Json;
using System.Text.Json.Nodes;
using Brownian.Checkpoints;
using Brownian.Checkpoints.Foreign;
using Brownian.Networks.Guided;
using Brownian.Parameterizations;
using Brownian.Paths;
using Brownian.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Tests.Checkpoints;

public sealed class ConversionTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly DisposeScope scope = NewDisposeScope();

    public void Dispose()
    {
        scope.Dispose();
        folder.Dispose();
    }

    [Theory]
    [InlineData("iddpm_unet", "x", "timesteps", "out")]
    [InlineData("scoresde_subvp_ddpmpp", "x", "time_cond", "out")]
    [InlineData("ncsn_v1_refinenet", "x", "labels", "out")]
    [InlineData("edm_veprecond_ncsnpp", "net_in", "c_noise", "F")]
    public void Another_programs_model_becomes_a_run_folder_with_the_same_numbers(string name, string input, string label, string output)
    {
        var config = JsonDocument.Parse(File.ReadAllText(GoldenData.At(name, "case.json"))).RootElement.GetProperty("config").GetRawText();
        Conversion.Run(GoldenData.At(name, "model.safetensors"), folder["run"], new() { Config = config });
        using var bundle = ModelBundle.Load(folder["run"]);
        using var frozen = no_grad();
        using var io = TensorFile.Open(GoldenData.At(name, "io.safetensors"));
        var reference = io.Read(output);
        var ours = bundle.Model.Network.call(io.Read(input), io.Read(label), null);
        Assert.True((ours - reference).abs().max().item<float>() <= 1e-4 * Math.Max(1, reference.abs().max().item<float>()), name);
        Assert.Empty(CheckpointInfo.Describe(folder["run"]).Problems);
    }

    [Fact]
    public void A_guided_diffusion_model_is_told_by_its_flags()
    {
        const string flags = "--image_size 64 --num_channels 192 --num_res_blocks 3 --attention_resolutions 32,16,8 --class_cond True --diffusion_steps 4000 "
            + "--noise_schedule cosine --learn_sigma True --num_head_channels 64 --resblock_updown True --use_new_attention_order True --dropout 0.1";
        var model = ForeignModel.Read("guided", GuidedFlags.ToJson(flags));
        var network = Assert.IsType<GuidedUNetConfig>(model.Network);
        Assert.Equal([2, 4, 8], network.AttentionResolutions);
        Assert.Equal([1, 2, 3, 4], network.ChannelMult);
        Assert.Equal((192, 6, 1000, 64, true), (network.ModelChannels, network.OutChannels, network.NumClasses, network.NumHeadChannels, network.UseScaleShiftNorm));
        Assert.Equal((4000, 1000), (((DiscretePath)model.Path).Count, model.ClassCount));
        Assert.Contains("expected \"--name value\"", Assert.Throws<ArgumentException>(() => GuidedFlags.ToJson("image_size 64")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Networks_for_images_from_0_to_1_are_shown_them_so()
    {
        var json = """{"training":{"sde":"vesde","continuous":true},"data":{"image_size":16,"centered":false},"model":{"name":"ncsnpp","sigma_max":50,"sigma_min":0.01}}""";
        var model = ForeignModel.Read("score_sde", json);
        Assert.Equal(new VarianceExploding(0.02, 100), model.Path);
        Assert.Equal(new PredictScore { Told = NoiseLabel.Sigma, UnitData = true }, model.Output);
    }

    [Fact]
    public void A_format_is_changed_and_nothing_else()
    {
        Conversion.Run(GoldenData.At("formats", "zip.pt"), folder["all.safetensors"]);
        using var before = TensorFile.Open(GoldenData.At("formats", "zip.pt"));
        using var after = SafetensorsFile.Open(folder["all.safetensors"]);
        Assert.Equal(before.Keys.Order(StringComparer.Ordinal), after.Keys.Order(StringComparer.Ordinal));
        Assert.All(before.Keys, key => Assert.True(before.Read(key).equal(after.Read(key)).all().item<bool>()));
        Conversion.Run(GoldenData.At("formats", "score-sde.pth"), folder["raw.safetensors"], new() { Part = "model", Type = ScalarType.BFloat16 });
        using var raw = SafetensorsFile.Open(folder["raw.safetensors"]);
        Assert.Equal("BF16", raw.Info("module.0.weight").Type.Name);
        Assert.Contains("exists already", Assert.Throws<IOException>(() => Conversion.Run(GoldenData.At("formats", "zip.pt"), folder["raw.safetensors"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_diffusers_folder_is_written_again_in_another_type()
    {
        Conversion.Run(GoldenData.At("pipe_ddpm_ddim", "pipeline"), folder["out"], new() { Type = ScalarType.BFloat16 });
        var info = CheckpointInfo.Describe(folder["out"]);
        Assert.Equal((CheckpointKind.Diffusers, "DDPMPipeline"), (info.Kind, info.Pipeline));
        Assert.Equal(["BF16"], info.Weights[0].Types.Keys);
        using var bundle = ModelBundle.Load(folder["out"]);
    }

    [Fact]
    public void Ours_becomes_a_folder_that_diffusers_knows()
    {
        using (var bundle = SmallBundle.Make())
        {
            DiffusersFolder.Save(folder["ours"], bundle);
        }

        Conversion.Run(folder["ours"], folder["theirs"], new() { Type = ScalarType.Float16 });
        var config = JsonNode.Parse(File.ReadAllText(folder["theirs/unet/config.json"]))!;
        Assert.Equal(("UNet2DModel", null), ((string?)config["_class_name"], config["num_attention_heads"]));
        using var again = ModelBundle.Load(folder["theirs"]);
        Assert.Equal(3, again.ClassCount);
    }

    [Fact]
    public void What_diffusers_lacks_is_named()
    {
        var config = File.ReadAllText(GoldenData.At("iddpm_unet", "config.json"));
        Conversion.Run(GoldenData.At("iddpm_unet", "model.safetensors"), folder["run"], new() { Config = config });
        Refused(() => Conversion.Run(folder["run"], folder["x"]), "diffusers' UNet2DModel has no fixed number of attention heads (num_heads)");
    }

    [Fact]
    public void What_cannot_be_converted_says_why()
    {
        Refused(() => Conversion.Run(GoldenData.At("formats", "expected.safetensors"), folder["x"]), "its names are those of no family that is known");
        Refused(() => Conversion.Run(GoldenData.At("adm_classifier_guidance", "classifier.safetensors"), folder["x"]), "of a family that is not converted: EncoderUNetModel");
        var error = Assert.Throws<ArgumentException>(() => Conversion.Run(GoldenData.At("iddpm_unet", "model.safetensors"), folder["x"]));
        Assert.Contains("--config FILE.json, or its flags with --flags", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<ArgumentException>(() => Conversion.Run(GoldenData.At("iddpm_unet", "model.safetensors"), folder["x"], new() { Config = "[]" }));
        Assert.Contains("these are no settings of UNetModel", error.Message, StringComparison.Ordinal);
        Assert.Throws<MissingWeightException>(() => Conversion.Run(GoldenData.At("iddpm_unet", "model.safetensors"), folder["x"], new() { Config = """{"model_channels":32}""" }));
        Assert.False(Directory.Exists(folder["x"]));
    }

    private static void Refused(Action convert, string expected) =>
        Assert.Contains(expected, Assert.Throws<CheckpointFormatException>(convert).Message, StringComparison.Ordinal);
}
