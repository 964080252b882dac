using Brownian.Objectives;
using Brownian.Parameterizations;
using Brownian.Paths;
using Brownian.Testing;
using Brownian.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Brownian.Tests.Objectives;

public sealed class LearnedScheduleTests : LeakCheck
{
    [Fact]
    public void A_schedule_begins_as_its_path_with_the_first_step_fixed()
    {
        using var scope = NewDisposeScope();
        var path = DiscretePath.Linear(50, 1e-3, 0.2);
        using var schedule = new LearnedSchedule(path, 2e-4);
        using var begin = path.Betas.Betas(50);
        var betas = schedule.Betas();
        Assert.Equal(2e-4, betas[0].item<double>(), 1e-15);
        Assert.True(betas[1..].allclose(begin[1..].to(ScalarType.Float64), 1e-6));
        Assert.Equal(50, schedule.Path().Count);
        Assert.Throws<ArgumentException>(() => new LearnedSchedule(path, 0));
    }

    [Theory]
    [InlineData(1.0)]
    [InlineData(0.4)]
    public void The_bound_of_the_exact_reverse_of_gaussian_data_is_their_entropy(double deviation)
    {
        using var scope = NewDisposeScope();
        const int Steps = 30;
        var path = DiscretePath.Trained([.. Enumerable.Range(0, Steps).Select(i => i == 0 ? 1e-4f : 0.002f * (i + 1))]);
        using var network = new ExactReverse(path, deviation);
        var model = new DiffusionModel(network, path, new PredictEpsilon());
        using var run = new LearnedScheduleBound(1e-4) { LevelWidth = 0 }.Start(model);

        // Points and weights of x0 and noise whose mean square is exactly that of a Gaussian; the bound is quadratic in both.
        var (x0, noise) = (tensor(new[] { deviation, deviation, -deviation, -deviation }).reshape(4, 1), tensor(new[] { 1.0, -1, 1, -1 }).reshape(4, 1));
        var total = 0.0;
        for (var step = 1; step < Steps; step++)
        {
            NoiseLevel[] levels = [.. Enumerable.Repeat(path.At(step), 4)];
            total += run.Evaluate(x0, null, new(levels, noise)).mean().item<float>() / (Steps - 1.0);
        }

        // What the exact reverse cannot repair: where the chain starts, and the first step, which is undone by the kernel that did it.
        var entropy = 0.5 * Math.Log(2 * Math.PI * Math.E * deviation * deviation);
        var alphaBar = path.AlphaBar(Steps - 1);
        var (last, shrunk) = (alphaBar * deviation * deviation + 1 - alphaBar, deviation * deviation);
        var start = 0.5 * (last - 1 - Math.Log(last));
        var firstVariance = (1 - 1e-4) * shrunk + 1e-4;
        var cross = 0.5 * (Math.Log(2 * Math.PI * 1e-4) + 1 + 1e-4 * (shrunk - 1));
        var exact = 0.5 * Math.Log(2 * Math.PI * Math.E * shrunk * 1e-4 / firstVariance);
        Assert.Equal(entropy + start + cross - exact, total, 2e-4);
    }

    [Fact]
    public void The_gradient_of_the_schedule_is_that_of_finite_differences()
    {
        using var scope = NewDisposeScope();
        using var network = new Line();
        var model = new DiffusionModel(network, DiscretePath.Linear(20, 1e-3, 0.2), new PredictEpsilon());
        using var run = new LearnedScheduleBound(1e-3, 4) { LevelWidth = 0 }.Start(model);
        using var random = new RandomStream(6);
        var x0 = random.NormalLike(zeros(19, 3, dtype: ScalarType.Float64)) * 0.7;
        NoiseLevel[] levels = [.. Enumerable.Range(1, 19).Select(step => new NoiseLevel(step, 1, 0))];
        var draw = new ObjectiveDraw(levels, random.NormalLike(x0));
        double Loss() => run.Evaluate(x0, null, draw).mean().item<float>();
        run.Evaluate(x0, null, draw).mean().backward();
        var bumps = run.Learned!.parameters().Single();
        var gradient = bumps.grad!.data<float>().ToArray();
        Assert.Contains(gradient, g => Math.Abs(g) > 0.05);
        using var frozen = no_grad();
        for (var i = 0; i < 4; i++)
        {
            // The loss is float32 of about 10: with steps of 0.02, rounding makes 1e-6/0.04 and curvature about 1e-4.
            bumps[i] += 0.02;
            var above = Loss();
            bumps[i] -= 0.04;
            var below = Loss();
            bumps[i] += 0.02;
            Assert.Equal((above - below) / 0.04, gradient[i], 0.002 + 0.002 * Math.Abs(gradient[i]));
        }
    }

    [Fact]
    public void Training_moves_the_schedule_and_a_resumed_run_has_the_same()
    {
        using var scope = NewDisposeScope();
        using var network = new Line();
        using var other = new Line();
        var path = DiscretePath.Linear(20, 1e-3, 0.2);
        var objective = new LearnedScheduleBound(1e-3, 4) { LevelWidth = 0 };
        var options = new TrainerOptions { Budget = new() { Steps = 12 }, Optimizer = new() { LearningRate = 1e-2, WarmupSteps = 0, Schedule = LearningRateSchedule.Constant } };
        using var whole = new Trainer(new(network, path, new PredictEpsilon()), objective, new Batches(), options);
        Assert.Equal(20, Assert.IsType<DiscretePath>(whole.AveragedPath).Count);
        _ = whole.Run().Take(6).Count();
        var saved = whole.State.Parts.SelectMany(part => whole.State.Tensors(part).Select(t => (part, t.Name, Value: t.Tensor.clone()))).ToArray();
        var progress = whole.Progress;
        _ = whole.Run().Count();
        Assert.NotEqual(path.AlphaBar(10), ((DiscretePath)whole.AveragedPath).AlphaBar(10), 1e-4);
        Assert.Contains(saved, entry => entry.part == "objective" && entry.Name.StartsWith("ema.", StringComparison.Ordinal));

        using var resumed = new Trainer(new(other, path, new PredictEpsilon()), objective, new Batches(), options);
        resumed.Restore(progress, (part, name) => saved.Single(entry => (entry.part, entry.Name) == (part, name)).Value.clone());
        _ = resumed.Run().Count();
        Assert.Equal(whole.AveragedPath, resumed.AveragedPath);
    }

    [Fact]
    public void Only_a_table_of_steps_can_be_learned()
    {
        using var network = new WaveNetwork();
        var error = Assert.Throws<ArgumentException>(() => new LearnedScheduleBound().Start(new(network, new EdmPath(), new PredictEpsilon())));
        Assert.Contains("kind discrete", error.Message, StringComparison.Ordinal);
    }

    private sealed class Batches : IBatchSource
    {
        public TrainingBatch At(long position)
        {
            using var random = new RandomStream(3, (ulong)position);
            return new(random.NormalLike(zeros(16, 3)) * 0.4);
        }
    }

    /// <summary>A small network with one weight a channel and a variance mix, in the input's type.</summary>
    private sealed class Line : Network
    {
        private readonly Parameter weight = new(full(1, 3, 0.6));
        private readonly Parameter mix = new(full(1, 3, -0.2));

        public Line()
            : base("line") => RegisterComponents();

        public override Tensor forward(Tensor input, Tensor label, Condition? condition)
        {
            using var scope = NewDisposeScope();
            var shape = (label / 20).unsqueeze(1);
            return cat([input * weight * (0.5 + shape), (mix * (1 + input)).expand_as(input)], 1).MoveToOuterDisposeScope();
        }
    }

    /// <summary>The exact belief and reverse variance of data N(0, deviation²).</summary>
    private sealed class ExactReverse(DiscretePath path, double deviation) : Network("exact")
    {
        public override Tensor forward(Tensor input, Tensor label, Condition? condition)
        {
            using var scope = NewDisposeScope();
            var step = (int)label[0].item<double>();
            var (from, to) = (path.At(step), path.At(step - 1));
            double Variance(NoiseLevel at) => at.Alpha * at.Alpha * deviation * deviation + at.Sigma * at.Sigma;
            var posterior = Posterior.Between(from, to);
            var kept = from.Alpha / to.Alpha;
            var exact = Variance(to) - kept * kept * Variance(to) * Variance(to) / Variance(from);
            var mix = 2 * Math.Log(exact / posterior.Variance) / Math.Log(posterior.StepVariance / posterior.Variance) - 1;
            return cat([input * (from.Sigma / Variance(from)), full_like(input, mix)], 1).MoveToOuterDisposeScope();
        }
    }
}
