using System.Text.Json.Nodes;
using Brownian.Checkpoints;
using Brownian.Parameterizations;
using Brownian.Paths;
using Brownian.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Tests.Checkpoints;

public sealed class DiffusersFolderTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly DisposeScope scope = NewDisposeScope();

    public void Dispose()
    {
        scope.Dispose();
        folder.Dispose();
    }

    public static TheoryData<string, string> Rows =>
        new([.. PathRows.All.Keys.Select(path => (path, "epsilon")), .. ParameterizationRows.All.Keys.Select(row => ("linear", row)).Where(r => r.row != "epsilon")]);

    [Theory]
    [MemberData(nameof(Rows))]
    public void A_saved_folder_reads_back_equal(string pathName, string rowName)
    {
        using var bundle = SmallBundle.Make(PathRows.All[pathName], ParameterizationRows.All[rowName] with { TimeScale = 999 });
        DiffusersFolder.Save(folder["model"], bundle);
        using var read = ModelBundle.Load(folder["model"]);
        Assert.Equal(bundle.Model.Path, read.Model.Path);
        Assert.Equal(bundle.Model.Parameterization, read.Model.Parameterization);
        Assert.Equal(bundle.Image, read.Image);
        Assert.Equal(bundle.ClassNames, read.ClassNames);
        Assert.Equal(bundle.Sampling, read.Sampling);
        Assert.Equal(bundle.Provenance, read.Provenance);
        Assert.Equal((3, 3L), (read.ClassCount!.Value, read.NullLabel!.Value));
        Assert.False(read.Model.Network.training);
        AssertSameWeights(bundle.Model.Network, read.Model.Network);
    }

    [Fact]
    public void The_files_are_those_that_diffusers_looks_for()
    {
        using var bundle = SmallBundle.Make(DiscretePath.Cosine(), new PredictV());
        DiffusersFolder.Save(folder["model"], bundle);
        Assert.Equal(
            ["brownian.json", "model_index.json", "scheduler/scheduler_config.json", "unet/config.json", "unet/diffusion_pytorch_model.safetensors"],
            Directory.GetFiles(folder["model"], "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(folder["model"], f)).Order(StringComparer.Ordinal));
        var index = JsonNode.Parse(File.ReadAllText(folder["model/model_index.json"]))!;
        Assert.Equal("DDPMPipeline", (string?)index["_class_name"]);
        Assert.Equal("""["diffusers","UNet2DModel"]""", index["unet"]!.ToJsonString());
        Assert.Equal("""["diffusers","DDPMScheduler"]""", index["scheduler"]!.ToJsonString());
        var scheduler = JsonNode.Parse(File.ReadAllText(folder["model/scheduler/scheduler_config.json"]))!;
        Assert.Equal("squaredcos_cap_v2", (string?)scheduler["beta_schedule"]);
        Assert.Equal("v_prediction", (string?)scheduler["prediction_type"]);
        var unet = JsonNode.Parse(File.ReadAllText(folder["model/unet/config.json"]))!;
        Assert.Equal("UNet2DModel", (string?)unet["_class_name"]);
        Assert.Equal("[8,12]", unet["sample_size"]!.ToJsonString());
        using var weights = SafetensorsFile.Open(folder["model/unet/diffusion_pytorch_model.safetensors"]);
        Assert.Equal("pt", weights.Metadata["format"]);
    }

    [Theory]
    [InlineData("edm", "EDMEulerScheduler", "DDPMPipeline")]
    [InlineData("flow", "FlowMatchEulerDiscreteScheduler", "DDPMPipeline")]
    [InlineData("ve", "ScoreSdeVeScheduler", "ScoreSdeVePipeline")]
    [InlineData("vp", "DDPMScheduler", "DDPMPipeline")]
    public void A_path_that_diffusers_lacks_gets_the_nearest_scheduler(string path, string scheduler, string pipeline)
    {
        using var bundle = SmallBundle.Make(PathRows.All[path]);
        DiffusersFolder.Save(folder["model"], bundle);
        Assert.Contains($"\"_class_name\": \"{scheduler}\"", File.ReadAllText(folder["model/scheduler/scheduler_config.json"]), StringComparison.Ordinal);
        Assert.Contains($"\"_class_name\": \"{pipeline}\"", File.ReadAllText(folder["model/model_index.json"]), StringComparison.Ordinal);
    }

    [Fact]
    public void A_hash_names_the_weights()
    {
        using var bundle = SmallBundle.Make();
        Assert.Null(bundle.WeightsSha256());
        DiffusersFolder.Save(folder["model"], bundle);
        using var read = ModelBundle.Load(folder["model"]);
        Assert.Equal(CheckpointManifest.Hash(folder["model/unet/diffusion_pytorch_model.safetensors"]), read.WeightsSha256());
    }

    [Theory]
    [InlineData("dog", 1)]
    [InlineData("DOG", 1)]
    [InlineData("2", 2)]
    public void A_class_is_found_by_name_or_number(string text, long expected)
    {
        using var bundle = SmallBundle.Make();
        Assert.Equal(expected, bundle.LabelOf(text));
    }

    [Fact]
    public void A_class_that_does_not_exist_is_refused_with_the_nearest()
    {
        using var bundle = SmallBundle.Make();
        Assert.Equal(
            "class: expected a number from 0 to 2 or a class name; got 'dogg'. Did you mean 'dog'? (Parameter 'nameOrNumber')",
            Assert.Throws<ArgumentException>(() => bundle.LabelOf("dogg")).Message);
        Assert.Throws<ArgumentException>(() => bundle.LabelOf("3"));
    }

    [Theory]
    [InlineData("model_index.json", null, "has no model_index.json")]
    [InlineData("model_index.json", "{", "not the JSON of a configuration")]
    [InlineData("model_index.json", """{"_class_name":"StableDiffusionPipeline"}""", "its pipeline is 'StableDiffusionPipeline'; loadable are DDPMPipeline")]
    [InlineData("model_index.json", """{"_class_name":1,"_class_name":2}""", "not the JSON of a configuration")]
    [InlineData("unet/config.json", null, "the file is missing")]
    [InlineData("unet/config.json", """{"block_out_channels":"x"}""", "no network can be made from it")]
    [InlineData("unet/config.json", """{"down_block_types":["NoBlock"],"up_block_types":["UpBlock2D"],"block_out_channels":[8]}""", "no network can be made from it")]
    [InlineData("unet/diffusion_pytorch_model.safetensors", null, "the file is missing")]
    [InlineData("scheduler/scheduler_config.json", null, "the file is missing")]
    [InlineData("scheduler/scheduler_config.json", """{"_class_name":"DDPMScheduler","beta_schedule":"wave"}""", "beta_schedule 'wave' is not known; known are linear")]
    [InlineData("scheduler/scheduler_config.json", """{"_class_name":"WaveScheduler"}""", "'WaveScheduler' cannot be read")]
    [InlineData("scheduler/scheduler_config.json", """{"_class_name":"DDPMScheduler","prediction_type":7}""", "the scheduler cannot be read")]
    [InlineData("scheduler/scheduler_config.json", """{"_class_name":"DDPMScheduler","num_train_timesteps":2000000000}""", "num_train_timesteps must be from 1 to 1000000")]
    [InlineData("brownian.json", """{"format":1}""", "it cannot be read")]
    [InlineData("brownian.json", """{"path":{"kind":"warp"},"parameterization":{"kind":"v"},"image":{}}""", "it cannot be read")]
    [InlineData("brownian.json", """{"path":{"kind":"discrete","count":2000000000}}""", "path.count must be from 1 to 1000000")]
    [InlineData("brownian.json", """{"format":2,"path":{"kind":"flow"},"parameterization":{"kind":"v"},"image":{}}""", "its format is 2; this program knows 1")]
    public void A_damaged_folder_is_refused_with_its_reason(string file, string? content, string expected)
    {
        using (var bundle = SmallBundle.Make())
        {
            DiffusersFolder.Save(folder["model"], bundle);
        }

        if (file.StartsWith("scheduler", StringComparison.Ordinal))
        {
            File.Delete(folder["model/brownian.json"]);
        }

        if (content is null)
        {
            File.Delete(folder["model/" + file]);
        }
        else
        {
            File.WriteAllText(folder["model/" + file], content);
        }

        var error = Assert.Throws<CheckpointFormatException>(() => ModelBundle.Load(folder["model"]));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_publishes_its_average_and_keeps_raw_weights_in_its_checkpoints()
    {
        using var average = SmallBundle.Make(seed: 1);
        using var raw = SmallBundle.Make(seed: 2);
        using (var run = RunFolder.Create(folder["run"]))
        {
            run.SaveCheckpoint(42, writer =>
            {
                writer.Tensors(CheckpointPart.Weights, WeightLoading.Of(raw.Model.Network));
                writer.Tensors(CheckpointPart.Ema, WeightLoading.Of(average.Model.Network));
            });
            Assert.Contains("has saved no model yet", Assert.Throws<CheckpointFormatException>(() => ModelBundle.Load(folder["run"])).Message, StringComparison.Ordinal);
            Assert.Null(run.PublishedStep());
            run.Publish(average, WeightLoading.Of(average.Model.Network));
            Assert.Equal(42, run.PublishedStep());
        }

        using var published = ModelBundle.Load(folder["run"]);
        AssertSameWeights(average.Model.Network, published.Model.Network);
        using var optimized = ModelBundle.Load(folder["run"], raw: true);
        AssertSameWeights(raw.Model.Network, optimized.Model.Network);
        Assert.Equal("weights", optimized.Provenance.Weights);
        using var checkpoint = ModelBundle.Load(folder["run/checkpoints/step-0000042"]);
        AssertSameWeights(average.Model.Network, checkpoint.Model.Network);
        Assert.Equal(("ema", 42L), (checkpoint.Provenance.Weights, checkpoint.Provenance.Step));
    }

    [Fact]
    public void Publishing_anew_stopped_at_any_operation_leaves_a_loadable_run()
    {
        using var old = SmallBundle.Make(seed: 1);
        using var next = SmallBundle.Make(seed: 2) with { Provenance = new() { Step = 43, Weights = "ema" } };
        RunFolder.Create(folder["run"]).Dispose();
        var finished = false;
        for (var stop = 0; !finished; stop++)
        {
            using (var run = RunFolder.Open(folder["run"]))
            {
                run.Publish(old, WeightLoading.Of(old.Model.Network));
            }

            var disk = FaultyDisk.DiesAt(stop);
            finished = Record.Exception(() =>
            {
                using var run = RunFolder.Open(folder["run"], disk);
                run.Publish(next, WeightLoading.Of(next.Model.Network));
            }) is null;

            using var read = ModelBundle.Load(folder["run"]);
            AssertSameWeights((read.Provenance.Step == 42 ? old : next).Model.Network, read.Model.Network);
            Assert.True(stop < 100);
        }
    }

    [Fact]
    public void A_folder_of_diffusers_is_read_without_a_file_of_ours()
    {
        using var bundle = ModelBundle.Load(GoldenData.At("pipe_ddpm_ddim", "pipeline"));
        Assert.Equal(DiscretePath.Linear(), bundle.Model.Path);
        Assert.Equal(new PredictEpsilon(), bundle.Model.Parameterization);
        Assert.Equal(new ImageShape(3, 16, 16), bundle.Image);
        Assert.Equal(1, bundle.Sampling.Clip);
        Assert.Null(bundle.ClassCount);
        Assert.All(bundle.Model.Network.parameters(), p => Assert.Equal(ScalarType.Float32, p.dtype));
    }

    [Theory]
    [InlineData("discrete", "epsilon")]
    [InlineData("cosine", "v")]
    [InlineData("scaled-linear", "x0")]
    [InlineData("sigmoid", "epsilon")]
    [InlineData("zero-terminal", "v")]
    [InlineData("exponential", "v")]
    public void What_diffusers_can_say_survives_without_our_file(string pathName, string rowName)
    {
        var path = pathName switch
        {
            "discrete" => new DiscretePath(new(BetaShape.Linear, 0.002, 0.03), 250),
            "exponential" => new DiscretePath(new(BetaShape.Exponential), 100),
            _ => PathRows.All[pathName],
        };
        using var bundle = SmallBundle.Make(path, ParameterizationRows.All[rowName]);
        DiffusersFolder.Save(folder["model"], bundle);
        File.Delete(folder["model/brownian.json"]);
        using var read = ModelBundle.Load(folder["model"]);
        Assert.Equal(bundle.Model.Parameterization, read.Model.Parameterization);
        Assert.Equal(bundle.Image, read.Image);
        var (ours, theirs) = ((DiscretePath)path, (DiscretePath)read.Model.Path);
        Assert.Equal(ours.Count, theirs.Count);
        Assert.All(Enumerable.Range(0, ours.Count), step => Assert.Equal(ours.AlphaBar(step), theirs.AlphaBar(step)));
    }

    private static void AssertSameWeights(nn.Module expected, nn.Module actual)
    {
        var other = actual.state_dict();
        foreach (var (name, tensor) in expected.state_dict())
        {
            using var same = tensor.equal(other[name]).all();
            Assert.True(same.item<bool>(), name);
        }
    }
}
