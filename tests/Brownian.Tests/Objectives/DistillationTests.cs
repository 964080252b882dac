using Brownian.Guidance;
using Brownian.Objectives;
using Brownian.Parameterizations;
using Brownian.Paths;
using Brownian.Samplers;
using Brownian.Spacing;
using Brownian.Testing;
using Brownian.Tests.Training;
using Brownian.Training;
using static TorchSharp.torch;

namespace Brownian.Tests.Objectives;

public sealed class DistillationTests
{
    private static readonly NoiseLevel Clean = new EdmPath().Clean;

    [Theory]
    [InlineData(1, 1.7, 2.6)]      // Euler: error h² a step, and the number of steps is its inverse
    [InlineData(2, 3.4, 5.5)]      // Heun
    public void The_exact_consistency_function_has_a_loss_that_falls_with_the_order_of_the_teachers_solver(int order, double least, double most)
    {
        // Per pair the difference is h^(order + 1); the gap of 1/h in the weight leaves h^order.
        var (coarse, fine) = (LossOfTheTruth(order, 40), LossOfTheTruth(order, 80));
        Assert.InRange(coarse / fine, least, most);
    }

    // One step of the teacher itself is wrong by 0.5: it gives the mean of the data.
    [Fact]
    public void Consistency_distillation_teaches_a_network_the_flow_map()
    {
        using var scope = NewDisposeScope();
        var oracle = new GaussianOracle(0.3, 0.5);
        var teacher = ExactNetwork.X0((x, sigma) => 0.3f + 0.25f / (0.25f + sigma.square().unsqueeze(1)) * (x - 0.3f));
        var objective = new ConsistencyDistillation { Spacing = "karras-trailing", FirstSteps = 12, LastSteps = 12 };
        Assert.InRange(ErrorOfOneStep(objective, teacher, oracle, steps: 1000), 0, 0.1);
    }

    // The cosine schedule begins at σ/α = 20 000, and Heun's step in σ/α goes 300 deviations astray from there.
    [Fact]
    public void From_pure_noise_the_teachers_step_stays_near_the_flow()
    {
        using var scope = NewDisposeScope();
        var (oracle, path) = (new GaussianOracle(0.3, 0.5), DiscretePath.Cosine());
        var (teacher, truth) = (Told((x, at) => oracle.Denoise(x, at).X0), Told((x, at) => oracle.Flow(x, at, Clean)));
        using var run = new ConsistencyDistillation().Start(truth, teacher);
        using var random = new RandomStream(7);
        var x0 = 0.3 + 0.5 * random.NormalLike(zeros(64, 1)).to(ScalarType.Float64);
        Assert.InRange(run.Evaluate(x0, null, run.Draw(x0, random, default)).max().item<double>(), 0, 1);

        DiffusionModel Told(Func<Tensor, NoiseLevel, Tensor> x0) =>
            new(new ExactNetwork(ExactNetwork.EachAt((x, at) => x0(x, path.At(at.Time)))), path, new PredictX0());
    }

    [Fact]
    public void Consistency_training_teaches_a_network_the_flow_map_without_a_teacher()
    {
        using var scope = NewDisposeScope();
        var objective = new ConsistencyTraining { FirstSteps = 8, LastSteps = 64 };
        Assert.InRange(ErrorOfOneStep(objective, null, new GaussianOracle(0.3, 0.5), steps: 900), 0, 0.12);
    }

    [Fact]
    public void A_step_of_a_perfect_student_is_two_ddim_steps_of_its_teacher()
    {
        using var scope = NewDisposeScope();
        var oracle = MixtureOracle.Plane();
        var spacing = SpacingCatalog.Find("karras-trailing");
        var schedule = spacing.Levels(new EdmPath(), 8);
        var teacher = ExactNetwork.X0(ExactNetwork.EachAt((x, at) => oracle.Denoise(x, at).X0));
        var student = ExactNetwork.X0(ExactNetwork.EachAt((x, at) => X0OfTwoSteps(oracle, schedule, x, at)));
        using var run = new ProgressiveDistillation(4) { Spacing = "karras-trailing" }.Start(student, teacher);
        using var random = new RandomStream(3);
        var x0 = random.NormalLike(zeros(32, 2)).to(ScalarType.Float64);
        var draw = run.Draw(x0, random, default);
        Assert.Equal(4, draw.Levels.Distinct().Count());
        Assert.InRange(run.Evaluate(x0, null, draw).max().item<double>(), 0, 1e-12);
        using var beginner = new ProgressiveDistillation(4) { Spacing = "karras-trailing" }.Start(teacher, teacher);
        Assert.InRange(beginner.Evaluate(x0, null, draw).max().item<double>(), 1e-3, double.MaxValue);
    }

    [Fact]
    public void Multistep_sampling_of_the_exact_consistency_function_gives_the_datas_mean_and_deviation()
    {
        using var scope = NewDisposeScope();
        using var noise = new SeededNoise(8);
        var oracle = new GaussianOracle(0.3, 0.5);
        var truth = ExactNetwork.X0((x, sigma) => oracle.Flow(x, new EdmPath().At(sigma[0].item<float>()), Clean)).Bind();
        foreach (var steps in (int[])[1, 2, 4])
        {
            var schedule = SpacingCatalog.Find("karras-trailing").Levels(new EdmPath(), steps);
            var end = new MultistepConsistency().Run(truth, 80 * noise.NormalLike(zeros(20_000, 1)), schedule, noise);

            // 20 000 numbers: the standard error of the mean is 0.0035, of the deviation 0.0025.
            Assert.Equal(0.3, end.mean().item<float>(), 0.015);
            Assert.Equal(0.5, end.std().item<float>(), 0.015);
        }
    }

    [Fact]
    public void Both_sides_of_a_pair_drop_the_same_features()
    {
        using var scope = NewDisposeScope();
        using var network = new ToyNetwork(dropout: 0.5);
        using var step = new RandomStream(1);
        network.train();
        network.DropoutNoise = step;
        var objective = new ConsistencyTraining { FirstSteps = 20_000, LastSteps = 20_000, Weight = ConsistencyWeight.Uniform };
        using var run = objective.Start(ToyNetwork.Model(network));
        using var random = new RandomStream(2);
        var x0 = random.NormalLike(zeros(64, 2));
        var close = run.Evaluate(x0, null, run.Draw(x0, random, default)).mean().item<float>();
        Assert.InRange(close, 0, 0.01);
        Assert.Same(step, network.DropoutNoise);
    }

    [Fact]
    public void A_guided_teacher_is_classifier_free_guidance()
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using var network = new ToyNetwork();
        var model = ToyNetwork.Model(network);
        using var random = new RandomStream(4);
        var at = new EdmPath().At(0.7);
        var xt = random.NormalLike(zeros(5, 2));
        var labels = new Condition { Labels = tensor((long[])[0, 1, 2, 0, 1]) };
        using var guided = new ClassifierFree(model, labels, new() { Labels = full_like(labels.Labels!, 3) }, 2.5);
        var expected = guided.Denoise(xt, at);
        var belief = new TeacherBelief(model, 2.5, 3).Of(xt, NoiseLevels.PerSample([.. Enumerable.Repeat(at, 5)], xt), labels);
        Assert.True(belief.X0.allclose(expected.X0, atol: 1e-5));
        Assert.True(belief.Epsilon.allclose(expected.Epsilon, atol: 1e-5));
    }

    [Theory]
    [InlineData(0, 10)]
    [InlineData(0.124, 10)]
    [InlineData(0.126, 20)]
    [InlineData(0.6, 160)]
    [InlineData(1, 1280)]
    public void The_number_of_steps_doubles_at_equal_parts_of_the_budget(double progress, int steps) =>
        Assert.Equal(steps, new ConsistencyTraining().StepsAt(progress));

    [Fact]
    public void What_cannot_be_distilled_is_explained()
    {
        using var network = new ToyNetwork();
        var model = ToyNetwork.Model(network);
        Assert.Contains("no teacher", Refused(new ConsistencyDistillation(), model), StringComparison.Ordinal);
        Assert.Contains("no teacher", Refused(new ProgressiveDistillation(), model), StringComparison.Ordinal);
        Assert.Contains("any_label", Refused(new ProgressiveDistillation { Guidance = 2, Spacing = "karras-trailing" }, model, model), StringComparison.Ordinal);
        Assert.Contains("karras-trailing", Refused(new ProgressiveDistillation { Spacing = "karras" }, model, model), StringComparison.Ordinal);
        Assert.Contains("Did you mean", Refused(new ConsistencyTraining { Spacing = "karas" }, model), StringComparison.Ordinal);
        Assert.Contains("first_steps", Refused(new ConsistencyTraining { FirstSteps = 0 }, model), StringComparison.Ordinal);
        var noise = new DiffusionModel(network, DiscretePath.Linear(), new PredictEpsilon());
        Assert.Contains("PredictV", Refused(new ProgressiveDistillation(), noise, noise), StringComparison.Ordinal);
    }

    private static string Refused(Objective objective, DiffusionModel model, DiffusionModel? teacher = null) =>
        Assert.ThrowsAny<ArgumentException>(() => objective.Start(model, teacher)).Message;

    private static double LossOfTheTruth(int order, int steps)
    {
        using var scope = NewDisposeScope();
        var oracle = new GaussianOracle(0.3, 0.5);
        var teacher = ExactNetwork.X0(ExactNetwork.EachAt((x, at) => oracle.Denoise(x, at).X0));
        var truth = ExactNetwork.X0(ExactNetwork.EachAt((x, at) => oracle.Flow(x, at, Clean)));
        var objective = new ConsistencyDistillation
        {
            Spacing = "karras-trailing",
            FirstSteps = steps,
            LastSteps = steps,
            Order = order,
            Weight = ConsistencyWeight.Gap,
            LogMean = 0,
            LogStd = 0.5,
            HuberScale = 1e-12,
        };
        using var run = objective.Start(truth, teacher);
        using var random = new RandomStream(7);
        var x0 = 0.3 + 0.5 * random.NormalLike(zeros(512, 1)).to(ScalarType.Float64);
        return run.Evaluate(x0, null, run.Draw(x0, random, default)).mean().item<double>();
    }

    private static Tensor X0OfTwoSteps(IDenoiser oracle, NoiseSchedule schedule, Tensor x, NoiseLevel at)
    {
        var first = Enumerable.Range(0, schedule.Steps).MinBy(i => Math.Abs(schedule[i].Sigma - at.Sigma));
        var part = new NoiseSchedule(schedule.Path, schedule[first], schedule[first + 1], schedule[first + 2]);
        using var noise = new SeededNoise(0);
        var reached = new Ddim().Run(oracle, x, part, noise);
        var kept = part[2].Sigma / part[0].Sigma;
        return (reached - kept * x) / (1 - kept);
    }

    /// <summary>Root mean square distance of what one step from pure noise gives from where the flow ends.</summary>
    private static double ErrorOfOneStep(Objective objective, DiffusionModel? teacher, GaussianOracle oracle, long steps)
    {
        using var network = new ToyNetwork(width: 48);
        var model = ToyNetwork.Model(network);
        var options = new TrainerOptions
        {
            Seed = 1,
            Budget = new() { Steps = steps },
            Optimizer = new() { LearningRate = 5e-3, WarmupSteps = 10 },
            Ema = new() { RampUp = 0.05 },
            Teacher = teacher,
        };
        using var trainer = new Trainer(model, objective, new GaussianBatches(), options);
        foreach (var step in trainer.Run(TestContext.Current.CancellationToken))
        {
        }

        using var averaged = trainer.WithAveragedWeights();
        using var frozen = no_grad();
        network.eval();
        using var random = new RandomStream(99);
        var start = model.Path.Noisiest;
        var xt = start.Sigma * random.NormalLike(zeros(256, 2));
        var x0 = model.Bind().Denoise(xt, start).X0;
        return (x0 - oracle.Flow(xt, start, Clean)).square().mean().sqrt().item<float>();
    }

    private sealed class GaussianBatches : IBatchSource
    {
        public TrainingBatch At(long position)
        {
            using var random = new RandomStream(11, (ulong)position);
            return new(0.3 + 0.5 * random.NormalLike(zeros(128, 2)), null);
        }
    }
}
