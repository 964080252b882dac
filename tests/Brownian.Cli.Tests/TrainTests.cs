using System.Diagnostics;
using System.Text.Json;
using Brownian.Checkpoints;

namespace Brownian.Cli.Tests;

public sealed class TrainTests : IDisposable
{
    // 400 drawn digits of 8 × 8 pixels and a network of a few thousand parameters: a step is milliseconds.
    private static readonly string[] Tiny =
    [
        "--data", "builtin:strokes", "--preset", "tiny", "--precision", "float32", "--set", "seed=5", "data.size=8", "data.count=400", "batch=8",
        "network.block_out_channels=[8, 8]", "network.norm_num_groups=4", "network.attention_head_dim=8", "samples.every_minutes=null",
        "samples.count=4", "samples.steps=2", "log.every_steps=2",
    ];

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_trained_model_is_sampled_reproduced_and_explained()
    {
        var run = folder / "run";
        var trained = Train("--steps", "12", "--out", run);
        Assert.Equal(run + Environment.NewLine, trained.Out);
        Assert.True(File.Exists(Path.Combine(run, "loss.png")));
        Assert.True(File.Exists(Path.Combine(run, "loss-by-level.png")));

        var sampled = Cli.Run("sample", run, "-n", "3", "--class", "7", "--guidance", "2", "--steps", "3", "--out", folder / "out");
        Assert.True(sampled.Code == 0, sampled.Error);
        Assert.StartsWith("identical", Cli.Run("reproduce", folder / "out/000002.png").Out);
        var info = Cli.Run("info", run);
        Assert.Contains("12 steps, 96 images, on builtin:strokes, seed 5", info.Out);
        Assert.Equal(0, info.Code);
    }

    [Fact]
    public void A_resumed_run_is_bit_equal_to_one_that_was_never_interrupted()
    {
        Train("--steps", "10", "--set", "optimizer.schedule=constant", "--out", folder / "whole");
        Train("--steps", "4", "--set", "optimizer.schedule=constant", "--out", folder / "parts");
        var resumed = Cli.Run("train", "--resume", folder / "parts", "--steps", "10", "--json");
        Assert.True(resumed.Code == 0, resumed.Error);
        using var json = JsonDocument.Parse(resumed.Out);
        Assert.Equal(10, json.RootElement.GetProperty("steps").GetInt32());
        Assert.True(json.RootElement.GetProperty("finished").GetBoolean());
        Assert.Equal(Weights(folder / "whole"), Weights(folder / "parts"));
    }

    [Fact]
    public void The_same_seed_gives_the_same_weights_and_another_gives_others()
    {
        Train("--steps", "3", "--out", folder / "a");
        Train("--steps", "3", "--out", folder / "b");
        Train("--steps", "3", "--seed", "6", "--out", folder / "c");
        Assert.Equal(Weights(folder / "a"), Weights(folder / "b"));
        Assert.NotEqual(Weights(folder / "a"), Weights(folder / "c"));
    }

    [Fact]
    public void Ctrl_C_saves_and_exits_with_130_and_the_run_goes_on_from_there()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "signals are sent with kill");
        var run = folder / "run";
        using var child = Child.Start([.. Arguments("--minutes", "5", "--out", run)]);
        WaitForStep(child);
        using (var kill = Process.Start("kill", ["-INT", child.Id.ToString()]))
        {
            kill.WaitForExit();
        }

        var error = child.StandardError.ReadToEnd();
        Assert.True(child.WaitForExit(60_000), "it did not stop");
        Assert.Equal(130, child.ExitCode);
        Assert.Contains("stopping cleanly", error);
        Assert.Contains("--resume", error);
        Assert.Equal(run + "\n", child.StandardOutput.ReadToEnd());
        Resumes(run, atLeast: 1);
    }

    [Fact]
    public void A_killed_training_resumes_from_its_last_checkpoint()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the run's lock is let go by the system when its holder dies");
        var run = folder / "run";
        using var child = Child.Start([.. Arguments("--minutes", "5", "--set", "checkpoints.every_steps=3", "--out", run)]);
        while (child.StandardError.ReadLine() is { } line && !line.StartsWith("saved after", StringComparison.Ordinal))
        {
        }

        child.Kill();
        child.WaitForExit();
        Resumes(run, atLeast: 3);
    }

    [Fact]
    public void A_dry_run_tells_what_it_will_take_and_writes_nothing()
    {
        var outcome = Cli.Run([.. Arguments("--steps", "1000", "--dry-run", "--json", "--out", folder / "run")]);
        Assert.True(outcome.Code == 0, outcome.Error);
        using var json = JsonDocument.Parse(outcome.Out);
        Assert.Equal(1000, json.RootElement.GetProperty("steps").GetInt32());
        Assert.True(json.RootElement.GetProperty("seconds_per_step").GetDouble() > 0);
        Assert.False(Directory.Exists(folder / "run"));
    }

    [Fact]
    public void A_configuration_file_lies_over_the_preset_and_settings_over_both()
    {
        File.WriteAllText(folder / "my.yaml", "preset: tiny\nbatch: 4\noptimizer: {learning_rate: 0.5}\n");
        Train("--config", folder / "my.yaml", "--set", "batch=16", "--steps", "1", "--out", folder / "run");
        var written = File.ReadAllText(folder / "run/config.yaml");
        Assert.Contains("batch: 16", written);
        Assert.Contains("learning_rate: 0.5", written);
        Assert.Contains("schedule: cosine", written);
    }

    [Theory]
    [InlineData("batch_sise", "--set", "batch_sise=3")]
    [InlineData("there is no 'mnits'. Did you mean mnist?", "--preset", "mnits")]
    [InlineData("there is no 'edmm'. Did you mean edm?", "--family", "edmm")]
    [InlineData("expected name=value", "--set", "batch")]
    [InlineData("no/such/run is not a training run", "--resume", "no/such/run")]
    [InlineData("--minutes: expected a number above 0; got -1.", "--minutes", "-1")]
    [InlineData("--config", "--config", "no/such/file.yaml")]
    public void A_wrong_wish_is_one_message_and_exit_code_2(string message, params string[] options)
    {
        var outcome = Cli.Run(["train", "--out", folder / "run", .. options]);
        Assert.Equal(2, outcome.Code);
        Assert.Empty(outcome.Out);
        Assert.Contains(message, outcome.Error);
        Assert.DoesNotContain("   at ", outcome.Error);
    }

    [Fact]
    public void A_folder_with_a_run_in_it_is_not_overwritten()
    {
        Train("--steps", "1", "--out", folder / "run");
        var again = Cli.Run([.. Arguments("--steps", "1", "--out", folder / "run")]);
        Assert.Equal(2, again.Code);
        Assert.Contains("--resume", again.Error);
    }

    [Fact]
    public void A_damaged_checkpoint_that_is_passed_over_is_told()
    {
        Train("--steps", "4", "--set", "checkpoints.every_steps=2", "--out", folder / "run");
        File.WriteAllText(folder / "run/checkpoints/step-0000004/ema.safetensors", "damaged");
        var resumed = Cli.Run("train", "--resume", folder / "run", "--steps", "5");
        Assert.True(resumed.Code == 0, resumed.Error);
        Assert.Matches(@"brownian: a damaged checkpoint is passed over: step-0000004: .*ema\.safetensors.*; the run goes on from step 2\n", resumed.Error);
    }

    [Fact]
    public void What_there_is_one_of_is_in_the_singular()
    {
        var trained = Train("--steps", "1", "--out", folder / "run");
        Assert.Contains("saved after 1 step\n", trained.Error);
        Assert.Contains("\n1 step, 8 images, ", trained.Error);
    }

    [Fact]
    public void Presets_are_listed_and_shown_as_yaml_that_train_accepts()
    {
        Assert.Contains("mnist ", Cli.Run("presets").Out);
        Assert.Contains("edm ", Cli.Run("presets").Out);
        Assert.Contains("path: edm", Cli.Run("presets", "show", "edm").Out);
        File.WriteAllText(folder / "my.yaml", Cli.Run("presets", "show", "tiny").Out);
        Train("--config", folder / "my.yaml", "--steps", "1", "--out", folder / "run");
        Assert.Equal(2, Cli.Run("presets", "show", "none").Code);
    }

    [Fact]
    public void A_family_is_trained_distilled_and_sampled_by_its_own_sampler()
    {
        Train("--family", "edm", "--steps", "2", "--out", folder / "run");
        Assert.Contains("heun, karras, ", Cli.Run("info", folder / "run").Out);
        foreach (var method in (string[][])[["consistency"], ["progressive", "--from", "4"]])
        {
            var distilled = Cli.Run(
                ["distill", folder / "run", "--method", .. method, "--steps", "1", "--set", "budget.steps=1", "--out", folder / method[0]]);
            Assert.True(distilled.Code == 0, distilled.Error);
            var sampled = Cli.Run("sample", distilled.Out.Trim(), "-n", "2", "--class", "3", "--out", folder / $"samples-{method[0]}");
            Assert.True(sampled.Code == 0, sampled.Error);
        }

        Assert.Equal(2, Cli.Run("distill", folder / "no-such-run").Code);
        Assert.Equal(2, Cli.Run("distill", folder / "run", "--from", "4").Code);
    }

    private static string[] Arguments(params string[] options) => ["train", .. Tiny, .. options];

    private static Cli.Outcome Train(params string[] options)
    {
        var outcome = Cli.Run(Arguments(options));
        Assert.True(outcome.Code == 0, outcome.Error);
        return outcome;
    }

    private static byte[] Weights(string run)
    {
        using var opened = RunFolder.OpenRead(run);
        return File.ReadAllBytes(Path.Combine(opened.LatestCheckpoint()!.Path, "optimizer.safetensors"));
    }

    private static void Resumes(string run, int atLeast)
    {
        using var before = RunFolder.OpenRead(run);
        var step = before.LatestCheckpoint()!.Step;
        Assert.True(step >= atLeast);
        var resumed = Cli.Run("train", "--resume", run, "--steps", (step + 2).ToString(), "--json");
        Assert.True(resumed.Code == 0, resumed.Error);
        using var json = JsonDocument.Parse(resumed.Out);
        Assert.Equal(step + 2, json.RootElement.GetProperty("steps").GetInt64());
    }

    private static void WaitForStep(Process child)
    {
        while (child.StandardError.ReadLine() is { } line && !line.StartsWith("step ", StringComparison.Ordinal))
        {
        }
    }
}
