using Brownian.Guidance;
using Brownian.Likelihood;
using Brownian.Objectives;
using Brownian.Parameterizations;
using Brownian.Paths;
using Brownian.Samplers;
using Brownian.Spacing;
using Brownian.Testing;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Brownian.Tests.Objectives;

public sealed class VariationalObjectiveTests : LeakCheck
{
    private static readonly DiscretePath Path = DiscretePath.Cosine(20).InDoublePrecision();

    private static readonly VariationalObjective Hybrid = new(new UniformStep());

    [Fact]
    public void In_the_hybrid_the_bound_does_not_teach_the_mean()
    {
        using var scope = NewDisposeScope();
        var (simple, _) = Gradients(Hybrid with { Bound = 0 });
        var (hybrid, variance) = Gradients(Hybrid);
        var (bound, alone) = Gradients(Hybrid with { Simple = 0 });
        Assert.Equal(simple, hybrid, 1e-6);
        Assert.NotEqual(0, variance);
        Assert.Equal(variance, alone, 1e-6 * Math.Abs(alone));          // the variance learns the same from both
        Assert.True(Math.Abs(bound) > 1e-6);                            // and alone, the bound teaches the mean too
    }

    [Fact]
    public void The_mean_of_the_losses_of_all_steps_is_the_bound()
    {
        using var scope = NewDisposeScope();
        using var network = new TwoNumbers();
        var model = new DiffusionModel(network, Path, new PredictEpsilon());
        var x0 = ((linspace(-1, 1, 64).reshape(1, 1, 8, 8) + 1) * 127.5).round() / 127.5 - 1;
        var schedule = new Respaced("20").Levels(Path, 20);
        using var noise = new RandomStream(5);
        using var frozen = no_grad();
        var bound = new VariationalBound(model.Bind(), schedule).Evaluate(x0, noise)[0];

        using var again = new RandomStream(5);
        var total = bound.Prior;
        foreach (var level in schedule.SkipLast(1))
        {
            var epsilon = again.NormalLike(x0);
            total += (Hybrid with { Simple = 0, Bound = 1 }).Evaluate(model, x0, null, [level], epsilon).item<float>() / 20;
        }

        Assert.Equal(bound.Total, total, 1e-4 * bound.Total);
    }

    [Fact]
    public void The_variance_is_learned_until_it_is_the_true_one()
    {
        // One level of Gaussian data, exact means: the mix has its least loss at the variance that the reverse step really has.
        using var scope = NewDisposeScope();
        const double std = 0.5;
        using var network = new TwoNumbers { Exact = new GaussianOracle(0, std), Path = Path };
        var model = new DiffusionModel(network, Path, new PredictEpsilon());
        using var random = new RandomStream(6);
        var x0 = std * random.NormalLike(zeros(64, 1, 16, 16));
        var levels = Enumerable.Repeat(Path.At(8), 64).ToArray();
        for (var i = 0; i < 40; i++)
        {
            using var step = NewDisposeScope();
            var loss = (Hybrid with { Simple = 0, Bound = 1 }).Evaluate(model, x0, null, levels, random.NormalLike(x0)).mean();
            loss.backward();
            using var frozen = no_grad();
            network.Mix.sub_(network.Mix.grad! * 0.5);
            network.Mix.grad!.zero_();
        }

        var chain = ReverseChain.Of(Path);
        var (learnt, at) = (chain[chain.Count - 1 - 8], Path.At(8));
        var left = std * std * at.Sigma * at.Sigma / (at.Alpha * at.Alpha * std * std + at.Sigma * at.Sigma);
        var variance = learnt.Posterior.Variance + Math.Pow(learnt.Posterior.OfX0, 2) * left;
        var mix = 2 * (Math.Log(variance) - learnt.LogSmallest) / (learnt.LogLargest - learnt.LogSmallest) - 1;
        Assert.Equal(mix, network.Mix.item<float>(), 0.05);
    }

    [Fact]
    public void A_network_without_a_learned_variance_is_told_what_is_possible()
    {
        using var scope = NewDisposeScope();
        using var network = new WaveNetwork();
        var model = new DiffusionModel(network, Path, new PredictEpsilon());
        var x0 = zeros(2, 3, 4, 4);
        var levels = new[] { Path.At(3), Path.At(4) };
        var error = Assert.Throws<ArgumentException>(() => Hybrid.Evaluate(model, x0, null, levels, zeros_like(x0)));
        Assert.Contains("6 output channels", error.Message, StringComparison.Ordinal);
        Assert.Contains("Smallest", error.Message, StringComparison.Ordinal);

        // With a fixed variance the same network has a bound.
        var fixedVariance = Hybrid with { Variance = ReverseVariance.Smallest };
        Assert.Equal(2, fixedVariance.Evaluate(model, x0, null, levels, zeros_like(x0)).size(0));
        Assert.False(fixedVariance.LearnsVariance);
    }

    [Fact]
    public void A_continuous_path_and_shares_of_nothing_are_refused()
    {
        using var network = new WaveNetwork();
        var continuous = new DiffusionModel(network, new VariancePreserving(), new PredictEpsilon());
        Assert.Contains("discrete path", Assert.Throws<ArgumentException>(() => Hybrid.Start(continuous)).Message, StringComparison.Ordinal);
        var discrete = continuous with { Path = Path };
        Assert.Contains("simple", Assert.Throws<ArgumentException>(() => (Hybrid with { Simple = 0, Bound = 0 }).Start(discrete)).Message, StringComparison.Ordinal);
    }

    private static (double Mean, double Variance) Gradients(VariationalObjective objective)
    {
        using var network = new TwoNumbers();
        var model = new DiffusionModel(network, Path, new PredictEpsilon());
        using var random = new RandomStream(7);
        var x0 = random.NormalLike(zeros(8, 1, 4, 4)).clamp(-1, 1);
        var levels = Enumerable.Range(4, 8).Select(step => Path.At(step)).ToArray();
        objective.Evaluate(model, x0, null, levels, random.NormalLike(x0)).mean().backward();
        return (network.Mean.grad?.item<float>() ?? 0, network.Mix.grad is { } mix ? mix.item<float>() : 0);
    }

    /// <summary>Outputs Mean·input (or an exact ε), and the same mix everywhere.</summary>
    private sealed class TwoNumbers : Network
    {
        public TwoNumbers()
            : base(nameof(TwoNumbers))
        {
            Mean = new Parameter(tensor(0.7f));
            Mix = new Parameter(tensor(0.2f));
            RegisterComponents();
        }

        public Parameter Mean { get; }

        public Parameter Mix { get; }

        public GaussianOracle? Exact { get; init; }

        public DiscretePath? Path { get; init; }

        public override Tensor forward(Tensor input, Tensor label, Condition? condition)
        {
            var mean = Exact is null ? Mean * input : Exact.Denoise(input, Path!.At(label[0].item<float>())).Epsilon;
            return cat([mean, Mix.expand(input.shape)], 1);
        }
    }
}
