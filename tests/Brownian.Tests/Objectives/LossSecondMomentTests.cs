using Brownian.Objectives;
using Brownian.Parameterizations;
using Brownian.Paths;
using Brownian.Testing;
using Brownian.Tests.Training;
using Brownian.Training;
using static TorchSharp.torch;

namespace Brownian.Tests.Objectives;

public sealed class LossSecondMomentTests : LeakCheck
{
    private static readonly DiscretePath Path = DiscretePath.Linear(5);

    [Fact]
    public void Steps_are_uniform_until_every_one_has_a_full_history()
    {
        using var sampler = new LossSecondMomentSampler(new(History: 2), Path);
        Observe(sampler, [9, 1, 1, 1, 1]);
        Observe(sampler, [9, 1, 1, 1]);
        Assert.All(sampler.Probabilities(), p => Assert.Equal(0.2, p, 15));
    }

    [Fact]
    public void Steps_are_drawn_by_the_root_mean_square_of_their_last_losses()
    {
        using var sampler = new LossSecondMomentSampler(new(History: 2, UniformShare: 0.1), Path);
        Observe(sampler, [100, 1, 1, 1, 1]);
        Observe(sampler, [3, 1, 1, 1, 1]);
        Observe(sampler, [4]);                                        // pushes the 100 out
        var root = Math.Sqrt((9 + 16) / 2.0);
        double[] expected = [root / (root + 4), .. Enumerable.Repeat(1 / (root + 4), 4)];
        Assert.All(expected.Zip(sampler.Probabilities()), pair => Assert.Equal(0.9 * pair.First + 0.1 / 5, pair.Second, 14));
    }

    [Fact]
    public void Weighted_draws_have_the_mean_of_uniform_ones_and_less_variance()
    {
        float[] losses = [20, 3, 2, 1, 1];
        using var sampler = new LossSecondMomentSampler(new(History: 1), Path);
        Observe(sampler, losses);
        using var random = new RandomStream(1);
        var (levels, weights) = sampler.Draw(20_000, random, stratified: false);
        var values = levels.Zip(weights!).Select(pair => losses[(int)pair.First.Time] * pair.Second).ToArray();

        // With p ∝ loss every weighted loss is the mean itself, but for the uniform share of 0.001.
        Assert.All(values, value => Assert.Equal(losses.Average(), value, 0.05));
        Assert.Equal(losses[0] / losses.Sum(), levels.Count(level => level.Time == 0) / 20_000.0, 0.02);
    }

    [Fact]
    public void A_continuous_path_has_no_steps_to_count()
    {
        var error = Assert.Throws<ArgumentException>(() => new LossSecondMoment().Start(new VariancePreserving()));
        Assert.Contains("discrete path", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new LossSecondMoment(History: 0).Start(Path));
    }

    [Fact]
    public void A_resumed_run_draws_the_steps_it_would_have_drawn()
    {
        using var scope = NewDisposeScope();
        var whole = Losses(8, out _);
        var first = Losses(4, out var saved);
        var second = Losses(8, out _, saved);
        Assert.Equal(whole, first.Concat(second));

        // Without its history the objective would have gone on otherwise: the state is what made it equal.
        Assert.NotEqual(whole, first.Concat(Losses(8, out _, saved with { Forgets = true })));
    }

    private static double[] Losses(int until, out Saved saved, Saved? from = null)
    {
        using var network = new ToyNetwork();
        var model = new DiffusionModel(network, Path, new PredictEpsilon());
        var objective = new DenoisingObjective(new LossSecondMoment(History: 1), new UniformWeight());
        using var trainer = new Trainer(model, objective, new ToyBatches(16), new()
        {
            Seed = 3,
            Budget = new() { Steps = until },
            Optimizer = new() { Schedule = LearningRateSchedule.Constant },
        });
        if (from is not null)
        {
            trainer.Restore(from.Progress, (part, name) =>
                from.Forgets && part == "objective" ? zeros_like(from.Tensors[(part, name)]) : from.Tensors[(part, name)].clone());
        }

        var losses = trainer.Run(TestContext.Current.CancellationToken).Select(step => step.Loss).ToArray();
        var state = trainer.State;
        var tensors = state.Parts.SelectMany(part => state.Tensors(part).Select(t => (Key: (part, t.Name), Value: t.Tensor.clone())));
        saved = new(trainer.Progress, tensors.ToDictionary(t => t.Key, t => t.Value));
        return losses;
    }

    private static void Observe(LossSecondMomentSampler sampler, float[] losses) =>
        sampler.Observe([.. Enumerable.Range(0, losses.Length).Select(step => Path.At(step))], losses);

    private sealed record Saved(TrainingProgress Progress, Dictionary<(string Part, string Name), Tensor> Tensors)
    {
        public bool Forgets { get; init; }
    }
}
