using Brownian.Checkpoints;
using Brownian.Networks.Refine;
using Brownian.Objectives;
using Brownian.Spacing;
using Brownian.Tasks;
using Brownian.Training;

namespace Brownian.Tests.Training;

public sealed class FamilyTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("brownian-family-").FullName;

    public static TheoryData<string> Names => [.. Families.Names];

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Theory]
    [MemberData(nameof(Names))]
    public void A_family_lies_over_every_preset_and_explains_itself(string name)
    {
        Assert.NotEmpty(Families.Description(name));
        foreach (var preset in Presets.Names)
        {
            var config = ConfigFile.Load(preset, family: name);
            Assert.Equal(Families.Description(name), config.Description);
            Assert.Equal(Presets.Load(preset).Batch, config.Batch);
            Assert.Equal(ConfigFile.Write(config), ConfigFile.Write(ConfigFile.Read(ConfigFile.Write(config))));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_family_trains_is_saved_and_is_sampled_by_its_own_sampler(string name)
    {
        var config = ConfigFile.Load("tiny", family: name, settings:
        [
            "data={source: builtin:strokes, count: 40, size: 16}", "batch=4", "precision=float32", "budget={steps: 3}",
            "samples.every_minutes=null", "checkpoints.every_minutes=null", "network.block_out_channels=[8, 16]",
            "network.norm_num_groups=4", "network.attention_head_dim=8",
        ]);
        var folder = Path.Combine(root, "run");
        using (var run = TrainingRun.Create(config, folder))
        {
            Assert.Equal(3, run.Run(TestContext.Current.CancellationToken).Count());
        }

        using var bundle = ModelBundle.Load(folder);
        Assert.Equal(config.Objective is LearnedScheduleBound, !config.Path.Equals(bundle.Model.Path));
        Assert.Equal(config.Output, bundle.Model.Parameterization);
        var usual = bundle.Sampling;
        Assert.Equal((config.Samples.Sampler, config.Samples.Options), (usual.Sampler, usual.Options));
        using var samples = Generate.Run(bundle.Model, new()
        {
            Shape = bundle.Image.Batch(1)[1..],
            Count = 2,
            Sampler = usual.Method(),
            Spacing = SpacingCatalog.Find(usual.Spacing),
            Steps = Math.Min(usual.Steps, 3),
            Condition = bundle.ClassCount is null ? null : new() { Labels = TorchSharp.torch.tensor((long[])[1, 7]) },
            Thresholding = usual.Clip is { } clip ? new() { Range = clip } : null,
        }, cancellation: TestContext.Current.CancellationToken);
        Assert.Equal([2, 1, 16, 16], samples.Samples.shape);
        Assert.True(samples.Samples.isfinite().all().item<bool>());
    }

    [Fact]
    public void A_network_that_diffusers_does_not_have_is_saved_described_loaded_and_resumed()
    {
        var folder = Path.Combine(root, "run");
        var config = ConfigFile.Load("tiny", family: "ncsn", settings:
        [
            "data={source: builtin:strokes, count: 40, size: 16, classes: false}", "batch=4", "precision=float32", "budget={steps: 2}",
            "network={kind: refine, model_channels: 8, is_conditional: true, sigma_max: 2, sigma_min: 0.02}",
            "output={kind: score, time_scale: -1, label_offset: 9}", "objective.weight=snr", "samples.every_minutes=null",
        ]);
        using (var run = TrainingRun.Create(config, folder))
        {
            Assert.Equal(2, run.Run(TestContext.Current.CancellationToken).Count());
        }

        using (var again = TrainingRun.Resume(folder, ["budget.steps=3"]))
        {
            Assert.Single(again.Run(TestContext.Current.CancellationToken));
        }

        var info = CheckpointInfo.Describe(folder);
        Assert.Equal(("RefineNet", "BrownianPipeline"), (info.Architecture, info.Pipeline));
        Assert.Empty(info.Problems);
        using var bundle = ModelBundle.Load(folder);
        Assert.Equal(10, Assert.IsType<RefineNet>(bundle.Model.Network).Config.SigmaCount);
        File.Delete(Path.Combine(folder, "brownian.json"));
        Assert.Contains("brownian.json", Assert.Throws<CheckpointFormatException>(() => ModelBundle.Load(folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_may_name_its_family_and_lies_over_it()
    {
        var config = ConfigFile.Load(yaml: "preset: mnist\nfamily: edm\nsamples: {steps: 7}\n");
        Assert.Equal(new Brownian.Paths.EdmPath(), config.Path);
        Assert.Equal("heun", config.Samples.Sampler);
        Assert.Equal(7, config.Samples.Steps);
        Assert.Equal(32, config.Batch);
    }

    [Fact]
    public void An_unknown_family_names_the_nearest()
    {
        var error = Assert.Throws<ArgumentException>(() => ConfigFile.Load("mnist", family: "flaw"));
        Assert.Contains("Did you mean flow?", error.Message, StringComparison.Ordinal);
        Assert.Contains("subvp", error.Message, StringComparison.Ordinal);
    }

}
