using Brownian.Checkpoints;
using Brownian.Paths;
using Brownian.Training;

namespace Brownian.Tests.Training;

/// <summary>Runs of the 2015 original: their folders hold what was learned.</summary>
public sealed class OriginalRunTests : IDisposable
{
    private static readonly string[] Small =
    [
        "data={source: builtin:strokes, count: 20, size: 16}", "network.block_out_channels=[8, 16]", "network.norm_num_groups=4",
        "network.attention_head_dim=8", "batch=5", "accumulate=2", "precision=float32", "budget={steps: 4}", "optimizer={warmup_steps: 0, learning_rate: 0.01}",
        "samples={every_minutes: null, every_steps: 4, count: 2, steps: 3}", "checkpoints={every_minutes: null, every_steps: 2}",
    ];

    private readonly string root = Directory.CreateTempSubdirectory("brownian-2015-").FullName;

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public void A_learned_schedule_is_the_path_of_the_published_model_and_survives_a_resume()
    {
        string[] settings =
        [
            .. Small, "path={kind: discrete, count: 20, betas: {shape: harmonic}}", "output=epsilon",
            "objective={kind: learned_schedule, first_beta: 0.001}", "samples.sampler=ancestral",
        ];
        var config = ConfigFile.Load("tiny", settings: settings);
        var whole = Finish(TrainingRun.Create(config, At("whole")));
        Assert.Equal(20, whole.Count);
        Assert.Equal(BetaShape.Trained, whole.Betas.Shape);
        Assert.Equal(0.001f, whole.Betas.Values![0]);
        Assert.NotEqual(((DiscretePath)config.Path).AlphaBar(10), whole.AlphaBar(10), 1e-3f);

        using (var first = TrainingRun.Create(config, At("parts")))
        {
            _ = first.Run(TestContext.Current.CancellationToken).First(step => step.Number == 3);
        }

        Assert.Equal(whole, Finish(TrainingRun.Resume(At("parts"))));
        using var bundle = ModelBundle.Load(At("whole"));
        Assert.Equal(whole, bundle.Model.Path);
    }

    [Fact]
    public void Bits_are_trained_and_drawn()
    {
        string[] settings = [.. Small, "path={kind: bernoulli, count: 12}", "output=bit", "objective=binomial", "samples.sampler=binomial"];
        using (var run = TrainingRun.Create(ConfigFile.Load("tiny", settings: settings), At("bits")))
        {
            var losses = run.Run(TestContext.Current.CancellationToken).Select(step => step.Loss).ToArray();
            Assert.All(losses, loss => Assert.InRange(loss, 0.01, 5));
        }

        using var bundle = ModelBundle.Load(At("bits"));
        Assert.Equal(new BernoulliPath(12), bundle.Model.Path);
        Assert.Equal("binomial", bundle.Sampling.Sampler);
        Assert.Single(Directory.GetFiles(Path.Combine(At("bits"), "samples")));
    }

    private static DiscretePath Finish(TrainingRun run)
    {
        using (run)
        {
            _ = run.Run(TestContext.Current.CancellationToken).Count();
            return (DiscretePath)run.Trainer.AveragedPath;
        }
    }

    private string At(string name) => Path.Combine(root, name);
}
