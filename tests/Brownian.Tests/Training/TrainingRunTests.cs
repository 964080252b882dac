using Brownian.Checkpoints;
using Brownian.Training;
using TorchSharp;

namespace Brownian.Tests.Training;

public sealed class TrainingRunTests : IDisposable
{
    // Everything random is on: dropout, dropped labels, flips, stratified times; a batch in uneven pieces.
    private static readonly TrainingConfig Config = ConfigFile.Load("tiny", settings:
    [
        "data={source: builtin:strokes, count: 40, size: 16, flip: true}",
        "network.block_out_channels=[8, 16]", "network.norm_num_groups=4", "network.attention_head_dim=8", "network.dropout=0.2",
        "batch=5", "accumulate=2", "label_drop=0.3", "seed=11", "precision=float32", "budget={steps: 7}", "optimizer.warmup_steps=2",
        "samples={every_minutes: null}", "checkpoints={every_minutes: null, every_steps: 4}", "log.every_steps=2",
    ]);

    private readonly string root = Directory.CreateTempSubdirectory("brownian-run-").FullName;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public void A_run_that_was_stopped_and_resumed_is_bit_for_bit_the_uninterrupted_one()
    {
        var whole = Finish(TrainingRun.Create(Config, At("whole")));
        using (var first = TrainingRun.Create(Config, At("parts")))
        {
            using var stop = new CancellationTokenSource();
            foreach (var step in first.Run(stop.Token))
            {
                if (step.Number == 3)
                {
                    stop.Cancel();
                }
            }
        }

        Same(whole, Finish(TrainingRun.Resume(At("parts"))));
    }

    [Fact]
    public void An_improved_ddpm_learns_its_variance_and_its_loss_history_is_saved()
    {
        var config = ConfigFile.Load("tiny", settings:
        [
            "data={source: builtin:strokes, count: 40, size: 16}", "label_drop=0.3", "batch=6", "accumulate=2", "precision=float32",
            "network={kind: adm, model_channels: 32, num_res_blocks: 1, channel_mult: [1], attention_resolutions: []}",
            "path={kind: discrete, count: 3, betas: {shape: cosine, double_precision: true}}", "output=epsilon",
            "objective={kind: variational, simple: 0, bound: 1, times: {kind: loss_second_moment, history: 1}}",
            "budget={steps: 7}", "optimizer.schedule=constant", "samples={every_minutes: null}", "checkpoints={every_minutes: null, every_steps: 4}",
        ]);
        var whole = Finish(TrainingRun.Create(config, At("whole")));
        using (var killed = TrainingRun.Create(config, At("killed")))
        {
            Assert.Equal(6, killed.Run(Stop).First(step => step.Number == 6).Number);
        }

        using var again = TrainingRun.Resume(At("killed"));
        Assert.Contains("objective", again.Trainer.State.Parts);
        Same(whole, Finish(again));
        using var bundle = ModelBundle.Load(At("killed"));
        Assert.Equal(2 * bundle.Image.Channels, Assert.IsType<Brownian.Networks.UNet.UNet2D>(bundle.Model.Network).Config.OutChannels);
        Assert.Equal(config.Path, bundle.Model.Path);
    }

    [Fact]
    public void A_run_that_was_killed_between_checkpoints_goes_on_from_the_last_one_bit_for_bit()
    {
        var whole = Finish(TrainingRun.Create(Config, At("whole")));
        using (var killed = TrainingRun.Create(Config, At("killed")))
        {
            // Saved after step 4, gone in step 6.
            Assert.Equal(6, killed.Run(Stop).First(step => step.Number == 6).Number);
        }

        using var again = TrainingRun.Resume(At("killed"));
        Assert.Equal(4, again.Trainer.Progress.Steps);
        Same(whole, Finish(again));
    }

    [Fact]
    public void A_run_that_was_killed_before_its_first_checkpoint_starts_again_and_is_the_same()
    {
        var whole = Finish(TrainingRun.Create(Config, At("whole")));
        using (var killed = TrainingRun.Create(Config, At("killed")))
        {
            _ = killed.Run(Stop).First();
        }

        Same(whole, Finish(TrainingRun.Resume(At("killed"))));
    }

    [Fact]
    public void Training_is_bit_for_bit_the_same_with_and_without_samples()
    {
        var without = Finish(TrainingRun.Create(Config, At("without")));
        var samples = new SamplesConfig { EverySteps = 2, EveryMinutes = null, Count = 4, Steps = 2, Guidance = 2 };
        var with = Finish(TrainingRun.Create(Config with { Samples = samples }, At("with")));
        Same(without, with);
        Assert.Equal(
            ["step-0000002.png", "step-0000004.png", "step-0000006.png"],
            Directory.GetFiles(Path.Combine(At("with"), "samples")).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal));
        using var bundle = ModelBundle.Load(At("with"));
        Assert.Equal((2, 2.0), (bundle.Sampling.Steps, bundle.Sampling.Guidance));
    }

    [Fact]
    public void An_estimate_measures_real_steps_and_counts_memory_and_disk()
    {
        var estimate = TrainingEstimate.Measure(Config with { Budget = new() { Images = 5000 } }, At("not-there"), cancellation: Stop);
        Assert.Equal(1000, estimate.Steps);
        Assert.Equal(1000 * estimate.SecondsPerStep, estimate.Seconds!.Value, 1e-9);
        Assert.Equal(125, estimate.Epochs!.Value, 1e-9);
        Assert.True(estimate.SecondsPerStep > 0 && double.IsFinite(estimate.SecondsPerStep));
        Assert.True(estimate.PeakMemoryBytes > estimate.StateBytes && estimate.FreeDiskBytes > 0);

        var checkpoint = Finish(TrainingRun.Create(Config, At("run")));
        Assert.InRange(checkpoint.Bytes, estimate.CheckpointBytes, estimate.CheckpointBytes * 1.3 + 50_000);    // names and the configuration besides
        Assert.False(Directory.Exists(At("not-there")));
    }

    [Fact]
    public void A_finished_run_is_a_model_that_can_be_loaded()
    {
        Finish(TrainingRun.Create(Config, At("run")));
        using var bundle = ModelBundle.Load(At("run"));
        Assert.Equal(10, bundle.ClassCount);
        Assert.Equal(10, bundle.NullLabel);
        Assert.Equal(new ImageShape(1, 16, 16), bundle.Image);
        Assert.Equal(7, bundle.Provenance.Step);
        Assert.Equal(35, bundle.Provenance.Images);
        Assert.Equal(Config.Path, bundle.Model.Path);
        Assert.Equal(Config.Output, bundle.Model.Parameterization);
    }

    [Fact]
    public void Averaged_and_raw_weights_are_both_kept_and_differ()
    {
        var checkpoint = Finish(TrainingRun.Create(Config, At("run")));
        using var raw = checkpoint.OpenTensors(CheckpointPart.Weights);
        using var averaged = checkpoint.OpenTensors(CheckpointPart.Ema);
        Assert.Equal(raw.Keys.Order(StringComparer.Ordinal), averaged.Keys.Order(StringComparer.Ordinal));
        using var a = raw.Read("conv_in.weight");
        using var b = averaged.Read("conv_in.weight");
        Assert.NotEqual(a.data<float>().ToArray(), b.data<float>().ToArray());
    }

    [Fact]
    public void Metrics_tell_each_step_once_even_after_a_kill()
    {
        using (var killed = TrainingRun.Create(Config, At("run")))
        {
            _ = killed.Run(Stop).First(step => step.Number == 6);
        }

        File.AppendAllText(Path.Combine(At("run"), "metrics.jsonl"), "{\"step\": 8, \"lo");
        Finish(TrainingRun.Resume(At("run")));
        var records = MetricsLog.Read(Path.Combine(At("run"), "metrics.jsonl"));
        Assert.Equal([2, 4, 6, 7], records.Select(r => r.Step));
        Assert.Equal([10, 20, 30, 35], records.Select(r => r.Images));
        Assert.All(records, r => Assert.True(r.Loss > 0 && r.GradientNorm > 0 && r.ImagesPerSecond > 0 && r.LossByLevel.Count > 0));
    }

    [Fact]
    public void A_resumed_run_can_be_given_a_larger_budget()
    {
        Finish(TrainingRun.Create(Config, At("run")));
        using var longer = TrainingRun.Resume(At("run"), ["budget.steps=9"]);
        Assert.Equal([8, 9], longer.Run(Stop).Select(step => step.Number));
    }

    [Fact]
    public void Two_processes_cannot_train_one_run_and_a_run_is_not_overwritten()
    {
        using var run = TrainingRun.Create(Config, At("run"));
        Assert.Throws<IOException>(() => TrainingRun.Resume(At("run")));
        run.Dispose();
        Assert.Throws<RunExistsException>(() => TrainingRun.Create(Config, At("run")));
    }

    [Fact]
    public void A_resumed_run_knows_the_damaged_checkpoints_that_it_passed_over()
    {
        Finish(TrainingRun.Create(Config, At("run")));
        using (var whole = TrainingRun.Resume(At("run")))
        {
            Assert.Empty(whole.DamagedCheckpoints);
        }

        File.WriteAllText(Path.Combine(At("run"), "checkpoints", "step-0000007", "ema.safetensors"), "damaged");
        using var run = TrainingRun.Resume(At("run"));
        Assert.Equal(4, run.Trainer.Progress.Steps);
        Assert.StartsWith("step-0000007: ", Assert.Single(run.DamagedCheckpoints), StringComparison.Ordinal);
    }

    [Fact]
    public void Only_the_latest_checkpoints_are_kept()
    {
        using var run = TrainingRun.Create(Config with { Checkpoints = new() { EverySteps = 1, Keep = 2 } }, At("run"));
        Assert.Equal(7, run.Run(Stop).Count());
        Assert.Equal([7, 6], run.Folder.Checkpoints().Select(c => c.Step));
    }

    [Fact]
    public void Tensorboard_events_are_written_when_asked_for()
    {
        Finish(TrainingRun.Create(Config with { Log = new() { EverySteps = 2, Tensorboard = true } }, At("run")));
        Assert.Contains(Directory.GetFiles(Path.Combine(At("run"), "tensorboard"), "*", SearchOption.AllDirectories), f => new FileInfo(f).Length > 200);
    }

    private string At(string name) => Path.Combine(root, name);

    private static CheckpointReader Finish(TrainingRun run)
    {
        using (run)
        {
            foreach (var _ in run.Run(Stop))
            {
            }
        }

        return RunFolder.OpenRead(run.Folder.Path).LatestCheckpoint()!;
    }

    private static void Same(CheckpointReader expected, CheckpointReader actual)
    {
        Assert.Equal(7, actual.Step);
        Assert.All((string[])[CheckpointPart.Weights, CheckpointPart.Ema, CheckpointPart.Optimizer], part =>
            Assert.Equal(expected.Sha256(part + ".safetensors"), actual.Sha256(part + ".safetensors")));
    }
}
