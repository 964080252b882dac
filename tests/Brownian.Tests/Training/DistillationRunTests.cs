using Brownian.Checkpoints;
using Brownian.Objectives;
using Brownian.Training;
using static TorchSharp.torch;

namespace Brownian.Tests.Training;

public sealed class DistillationRunTests : IDisposable
{
    private static readonly string[] Short =
        ["batch=4", "precision=float32", "budget={steps: 4}", "samples.every_minutes=null", "checkpoints={every_minutes: null, every_steps: 2}", "optimizer.schedule=constant"];

    private readonly string root = Directory.CreateTempSubdirectory("brownian-distil-").FullName;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string Teacher => Path.Combine(root, "teacher");

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public void A_student_starts_from_its_teachers_weights_and_keeps_what_the_model_is()
    {
        Train();
        var config = Distillations.Consistency(Teacher, 2, 1.5, [.. Short, "budget={steps: 1}", "optimizer.learning_rate=1e-12"]);
        Finish(config, "student");
        using var teacher = ModelBundle.Load(Teacher);
        using var student = ModelBundle.Load(Path.Combine(root, "student"));
        Assert.Equal(teacher.Model.Path, student.Model.Path);
        Assert.Equal(teacher.Model.Parameterization, student.Model.Parameterization);
        Assert.Equal(teacher.NullLabel, student.NullLabel);
        Assert.Equal((2, 1.0), (student.Sampling.Steps, student.Sampling.Guidance));
        Assert.Equal(1.5, ((ConsistencyDistillation)config.Objective).Guidance);
        using var scope = NewDisposeScope();
        foreach (var (a, b) in teacher.Model.Network.parameters().Zip(student.Model.Network.parameters()))
        {
            Assert.True(a.allclose(b, atol: 1e-6));
        }
    }

    [Fact]
    public void A_distillation_that_was_interrupted_goes_on_bit_for_bit()
    {
        Train();
        var config = Distillations.Consistency(Teacher, 1, null, Short);
        Finish(config, "whole");
        using (var killed = TrainingRun.Create(config, Path.Combine(root, "parts")))
        {
            _ = killed.Run(Stop).First(step => step.Number == 3);
        }

        using (var again = TrainingRun.Resume(Path.Combine(root, "parts")))
        {
            Assert.Equal(2, again.Run(Stop).Count());
        }

        Assert.Equal(Weights("whole"), Weights("parts"));
    }

    [Fact]
    public void Progressive_rounds_halve_the_steps_and_each_learns_from_the_one_before()
    {
        Train();
        var rounds = Distillations.Progressive(Teacher, count => Path.Combine(root, $"steps-{count}"), 8, 2, 2, Short);
        Assert.Equal([4, 2], rounds.Select(round => round.Steps));
        Assert.Equal(Teacher, rounds[0].Config.Teacher);
        Assert.Equal(Path.Combine(root, "steps-4"), rounds[1].Config.Teacher);
        Assert.Equal([2, 1], rounds.Select(round => ((ProgressiveDistillation)round.Config.Objective).Guidance));
        foreach (var (steps, config) in rounds)
        {
            Finish(config, $"steps-{steps}");
        }

        using var bundle = ModelBundle.Load(Path.Combine(root, "steps-2"));
        Assert.Equal(("ddim", "trailing", 2), (bundle.Sampling.Sampler, bundle.Sampling.Spacing, bundle.Sampling.Steps));
        Assert.Contains("progressive", Assert.Throws<ArgumentException>(() => Distillations.Progressive(Teacher, _ => root, 6, 2, null, [])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_teacher_of_other_data_is_refused()
    {
        Train();
        var config = Distillations.Consistency(Teacher, 1, null, [.. Short, "data.size=8"]);
        var error = Assert.Throws<ArgumentException>(() => Finish(config, "student"));
        Assert.Contains("1×16×16 images of 10 classes", error.Message, StringComparison.Ordinal);
        Assert.Contains("1×8×8", error.Message, StringComparison.Ordinal);
    }

    private void Train() => Finish(ConfigFile.Load("tiny", settings:
    [
        "data={source: builtin:strokes, count: 40, size: 16}", "network.block_out_channels=[8, 16]", "network.norm_num_groups=4",
        "network.attention_head_dim=8", "network.dropout=0.1", .. Short, "budget={steps: 2}",
    ]), "teacher");

    private void Finish(TrainingConfig config, string name)
    {
        using var run = TrainingRun.Create(config, Path.Combine(root, name));
        foreach (var step in run.Run(Stop))
        {
        }
    }

    private byte[] Weights(string name)
    {
        using var run = RunFolder.OpenRead(Path.Combine(root, name));
        return File.ReadAllBytes(Path.Combine(run.LatestCheckpoint()!.Path, "weights.safetensors"));
    }
}
