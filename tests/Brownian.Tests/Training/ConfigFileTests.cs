using Brownian.Networks.UNet;
using Brownian.Objectives;
using Brownian.Parameterizations;
using Brownian.Paths;
using Brownian.Training;

namespace Brownian.Tests.Training;

public sealed class ConfigFileTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("tiny")]
    [InlineData("mnist")]
    [InlineData("cifar")]
    [InlineData("cifar-ddpm")]
    [InlineData("64")]
    [InlineData("128")]
    public void Written_and_read_again_a_configuration_is_the_same(string? preset)
    {
        var config = ConfigFile.Load(preset);
        var text = ConfigFile.Write(config);
        Assert.Equal(text, ConfigFile.Write(ConfigFile.Read(text)));
        Assert.Equal(config.Optimizer, ConfigFile.Read(text).Optimizer);
        Assert.Equal(config.Path, ConfigFile.Read(text).Path);
        Assert.Equal(config.Objective, ConfigFile.Read(text).Objective);
    }

    [Fact]
    public void Every_kind_of_value_survives()
    {
        var config = new TrainingConfig
        {
            Description = "yes: \"quoted\", # and 1e3",
            Seed = ulong.MaxValue,
            Data = new() { Source = "1e3", Folder = "/a folder/ü", Flip = true },
            Path = new EdmPath(0.01, 20),
            Output = new PredictEdm(0.6),
            Objective = new DenoisingObjective(new LogNormalSigma(-1, 1.5), new MinSnrWeight(7)) { Stratified = false },
            Optimizer = new() { LearningRate = 1.23456789012345e-7, Clip = null, Schedule = LearningRateSchedule.Constant },
            Precision = Precision.Bfloat16,
        };
        var again = ConfigFile.Read(ConfigFile.Write(config));
        Assert.Equal(config with { Network = again.Network }, again);
    }

    [Fact]
    public void A_file_lies_over_its_preset_and_settings_over_both()
    {
        var config = ConfigFile.Load(
            yaml: "preset: mnist\nbatch: 32\noptimizer: {learning_rate: 5e-4}\n",
            settings: ["optimizer.warmup_steps=7", "network.block_out_channels=[16, 32, 64]", "path=edm", "output={kind: edm, sigma_data: 0.7}"]);
        Assert.Equal(32, config.Batch);
        Assert.Equal(5e-4, config.Optimizer.LearningRate);
        Assert.Equal(7, config.Optimizer.WarmupSteps);
        Assert.Equal(LearningRateSchedule.Cosine, config.Optimizer.Schedule);      // the preset's
        Assert.Equal([16, 32, 64], ((UNet2DConfig)config.Network).BlockOutChannels);
        Assert.Equal(new EdmPath(), config.Path);
        Assert.Equal(new PredictEdm(0.7), config.Output);
    }

    [Fact]
    public void Changing_a_kind_drops_the_other_kinds_settings() =>
        Assert.Equal(new RectifiedFlow(), ConfigFile.Load("mnist", settings: ["path.kind=flow"]).Path);

    [Fact]
    public void A_network_without_a_kind_is_a_unet_and_naming_its_kind_keeps_the_presets_settings()
    {
        var config = ConfigFile.Load("mnist", settings: ["network={kind: unet2d, dropout: 0.25}"]);
        var network = Assert.IsType<UNet2DConfig>(config.Network);
        Assert.Equal(0.25, network.Dropout);
        Assert.Equal([32, 64, 128], network.BlockOutChannels);
        Assert.Contains("kind: unet2d", ConfigFile.Write(config), StringComparison.Ordinal);
    }

    [Fact]
    public void An_objective_without_a_kind_is_the_denoising_one()
    {
        var bare = ConfigFile.Read("objective: {times: uniform_step, weight: {kind: min_snr, gamma: 3}}");
        Assert.Equal(new DenoisingObjective(new UniformStep(), new MinSnrWeight(3)), bare.Objective);
        Assert.Equal(bare.Objective, ConfigFile.Read(ConfigFile.Write(bare)).Objective);
        Assert.Contains("kind: denoising", ConfigFile.Write(bare), StringComparison.Ordinal);
    }

    [Fact]
    public void A_setting_reaches_into_a_kind_that_was_written_short() =>
        Assert.Equal(new PredictV { TimeScale = 999 }, ConfigFile.Load("mnist", settings: ["output.time_scale=999"]).Output);

    [Fact]
    public void A_budget_replaces_the_whole_budget_beneath()
    {
        Assert.Equal(new BudgetConfig { Steps = 5 }, ConfigFile.Load("mnist", settings: ["budget.steps=5"]).Budget);
        Assert.Equal(new BudgetConfig { Steps = 5, Images = 9 }, ConfigFile.Load("mnist", settings: ["budget.steps=5", "budget.images=9"]).Budget);
        Assert.Equal(new BudgetConfig { Minutes = 20 }, ConfigFile.Load("mnist", settings: ["batch=5"]).Budget);
    }

    [Theory]
    [InlineData("optimizer.learning_rat=1", "optimizer.learning_rat: there is no setting 'learning_rat'. Did you mean learning_rate?")]
    [InlineData("optimiser.clip=1", "optimiser: there is no setting 'optimiser'. Did you mean optimizer?")]
    [InlineData("network.block_out_chanels=[8]", "Did you mean block_out_channels?")]
    [InlineData("network.kind=unet3d", "network.kind: there is no kind 'unet3d'. Did you mean unet2d?")]
    [InlineData("path.kind=discreet", "path.kind: there is no kind 'discreet'. Did you mean discrete?")]
    [InlineData("objective.times=uniform_steps", "Did you mean uniform_step?")]
    [InlineData("optimizer.schedule=cosin", "Did you mean cosine?")]
    [InlineData("batch=many", "batch: expected a whole number; got \"many\".")]
    [InlineData("batch=2.5", "batch: expected a whole number; got 2.5.")]
    [InlineData("data.flip=1", "data.flip: expected true or false; got 1.")]
    [InlineData("seed=-1", "seed: expected a whole number >= 0; got -1.")]
    [InlineData("batch=0", "batch: expected a number >= 1; got 0.")]
    [InlineData("optimizer.beta1=1.5", "optimizer.beta1: expected a number in [0, 1]; got 1.5.")]
    [InlineData("label_drop=2", "label_drop: expected a number in [0, 1]; got 2.")]
    [InlineData("samples.sampler=eular", "euler")]
    [InlineData("data=mnist", "data: expected a group of settings; got \"mnist\".")]
    public void A_mistake_is_named_with_what_was_expected(string setting, string message) =>
        Assert.Contains(message, Assert.Throws<ArgumentException>(() => ConfigFile.Load("mnist", settings: [setting])).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("a: 1\nb: [1", "line 3")]
    [InlineData("- 1\n- 2\n", "expected settings")]
    public void Text_that_is_not_settings_is_refused(string yaml, string message) =>
        Assert.Contains(message, Assert.Throws<FormatException>(() => ConfigFile.Read(yaml)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_setting_without_a_value_is_explained() =>
        Assert.Contains("name=value", Assert.Throws<FormatException>(() => ConfigFile.Load(settings: ["batch"])).Message, StringComparison.Ordinal);

    [Fact]
    public void An_unknown_preset_names_the_known_ones()
    {
        var error = Assert.Throws<ArgumentException>(() => Presets.Load("mnits"));
        Assert.Contains("Did you mean mnist?", error.Message, StringComparison.Ordinal);
        Assert.Contains("cifar-ddpm", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_network_setting_has_the_name_that_diffusers_gives_it()
    {
        var config = (UNet2DConfig)ConfigFile.Load("cifar-ddpm").Network;
        Assert.Equal(config.ToJson(), UNet2DConfig.FromJson(config.ToJson()).ToJson());
        Assert.Equal(0, config.DownsamplePadding);
        Assert.Null(config.AttentionHeadDim);
    }
}
