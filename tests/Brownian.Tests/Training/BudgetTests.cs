using Brownian.Training;

namespace Brownian.Tests.Training;

public sealed class BudgetTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static readonly TrainerOptions Options = new() { Optimizer = new() { LearningRate = 1e-3, WarmupSteps = 0 } };

    [Fact]
    public void A_budget_of_steps_is_met_exactly() =>
        Assert.Equal([0, 0.25, 0.5, 0.75], Run(new() { Steps = 4 }).Select(s => s.Progress - 0.25));

    [Fact]
    public void A_budget_of_images_ends_with_the_batch_that_reaches_it() =>
        Assert.Equal([16, 32, 48], Run(new() { Images = 40 }).Select(s => s.Images));

    [Fact]
    public void A_budget_of_minutes_drives_the_cosine()
    {
        // The clock advances 6 s with each step: ten steps a minute.
        var steps = Run(new() { Minutes = 1 }, 6);
        Assert.Equal(10, steps.Length);
        Assert.Equal(steps.Select((_, i) => 1e-3 * 0.5 * (1 + Math.Cos(Math.PI * i / 10))), steps.Select(s => s.LearningRate), new Near());
        Assert.Equal(1, steps[^1].Progress);
        Assert.Equal(30, steps[4].SecondsLeft!.Value, 1e-6);
    }

    [Fact]
    public void The_first_limit_that_is_reached_ends_the_run() =>
        Assert.Equal(3, Run(new() { Minutes = 1, Steps = 3, Images = 1_000_000 }, 6).Length);

    [Fact]
    public void A_budget_of_minutes_goes_on_where_it_was_after_a_resume()
    {
        var options = Options with { Budget = new() { Minutes = 1 } };
        var clock = new ManualClock();
        using var scope = TorchSharp.torch.NewDisposeScope();
        using var first = New(options, clock);
        var before = first.Run(Stop).Take(4).ToArray();
        var saved = first.State;
        var tensors = saved.Parts.ToDictionary(p => p, p => saved.Tensors(p).ToDictionary(t => t.Name, t => t.Tensor.clone()));

        clock.Advance(10_000);      // the time between two processes does not count
        using var second = New(options, clock);
        second.Restore(saved.Progress, (part, name) => tensors[part][name]);
        var after = second.Run(Stop).ToArray();
        Assert.Equal(Run(new() { Minutes = 1 }, 6).Select(s => (s.Loss, s.LearningRate, s.Progress)), before.Concat(after).Select(s => (s.Loss, s.LearningRate, s.Progress)));

        static Trainer New(TrainerOptions options, ManualClock clock) => new(
            ToyNetwork.Model(new ToyNetwork()), ToyNetwork.Objective, new Ticking(new ToyBatches(16), clock, 6), options, clock);
    }

    [Fact]
    public void Cancelling_ends_the_enumeration_after_the_present_step()
    {
        using var stop = new CancellationTokenSource();
        using var network = new ToyNetwork();
        using var trainer = new Trainer(ToyNetwork.Model(network), ToyNetwork.Objective, new ToyBatches(16), Options with { Budget = new() { Steps = 100 } });
        foreach (var step in trainer.Run(stop.Token))
        {
            if (step.Number == 2)
            {
                stop.Cancel();
            }
        }

        Assert.Equal(2, trainer.Progress.Steps);
    }

    [Fact]
    public void Cosine_without_a_budget_is_refused_with_advice()
    {
        var error = Assert.Throws<ArgumentException>(() => Run(new()));
        Assert.Contains("constant", error.Message, StringComparison.Ordinal);
    }

    private static TrainingStep[] Run(BudgetConfig budget, double secondsPerStep = 0)
    {
        var clock = new ManualClock();
        using var network = new ToyNetwork();
        using var trainer = new Trainer(
            ToyNetwork.Model(network), ToyNetwork.Objective, new Ticking(new ToyBatches(16), clock, secondsPerStep), Options with { Budget = budget }, clock);
        return [.. trainer.Run(Stop)];
    }

    private sealed class Ticking(IBatchSource inner, ManualClock clock, double seconds) : IBatchSource
    {
        public TrainingBatch At(long position)
        {
            clock.Advance(seconds);
            return inner.At(position);
        }
    }

    private sealed class Near : IEqualityComparer<double>
    {
        public bool Equals(double x, double y) => Math.Abs(x - y) < 1e-12;

        public int GetHashCode(double obj) => 0;
    }
}
