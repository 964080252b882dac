using Brownian.Guidance;
using Brownian.Paths;
using Brownian.Samplers;
using Brownian.Spacing;
using Brownian.Testing;
using static TorchSharp.torch;

namespace Brownian.Tests.Guidance;

public sealed class ClassifierGuidedTests : LeakCheck
{
    private const double Mean = 0.3;
    private const double Std = 0.5;

    private static readonly DiscretePath Path = DiscretePath.Cosine(50).InDoublePrecision();

    [Fact]
    public void Guidance_by_a_likelihood_gives_the_posteriors_belief()
    {
        // Data N(0.3, 0.5²) and an observation y = x0 + N(0, 0.4²) of 0.8: Bayes' rule in closed form, at every level.
        using var scope = NewDisposeScope();
        var weight = 1 / (Std * Std) + 1 / (0.4 * 0.4);
        var posterior = new GaussianOracle((Mean / (Std * Std) + 0.8 / (0.4 * 0.4)) / weight, Math.Sqrt(1 / weight));
        var guided = new ClassifierGuided(new GaussianOracle(Mean, Std), new Observation(0.8, 0.4), 1);
        var xt = linspace(-2, 2, 24, dtype: ScalarType.Float64).reshape(2, 12);
        foreach (var step in (int[])[0, 10, 30, 45])
        {
            var (ours, exact) = (guided.Denoise(xt, Path.At(step)), posterior.Denoise(xt, Path.At(step)));
            Assert.True(ours.X0.allclose(exact.X0, 1e-8, 1e-9));
            Assert.True(ours.Epsilon.allclose(exact.Epsilon, 1e-8, 1e-9));
        }
    }

    [Theory]
    [InlineData(ReverseVariance.Smallest)]
    [InlineData(ReverseVariance.Largest)]
    [InlineData(ReverseVariance.Learned)]
    public void A_guided_mean_moves_by_the_steps_variance_times_the_gradient(ReverseVariance variance)
    {
        using var scope = NewDisposeScope();
        var schedule = new Respaced("10").Levels(Path, 10);
        var inner = new WithMix(new GaussianOracle(Mean, Std), 0.4);
        var judge = new Observation(0.8, 0.4);
        var guided = ClassifierGuided.OfMean(inner, judge, 3, schedule, variance);
        var xt = linspace(-2, 2, 24, dtype: ScalarType.Float64).reshape(2, 12);
        var chain = new ReverseChain(schedule);
        for (var i = 0; i < chain.Count - 1; i++)
        {
            var step = chain[i];
            var moved = step.Posterior.OfX0 * (guided.Denoise(xt, step.From).X0 - inner.Denoise(xt, step.From).X0);
            var sigma = variance switch
            {
                ReverseVariance.Smallest => step.Posterior.Variance,
                ReverseVariance.Largest => step.Posterior.StepVariance,
                _ => Math.Exp(0.7 * step.LogLargest + 0.3 * step.LogSmallest),
            };
            Assert.True(moved.allclose(3 * sigma * judge.At(xt, step.From), 1e-8, 1e-10), $"step {i}");
        }
    }

    [Fact]
    public void The_belief_stays_a_pair_and_the_learned_variance_stays()
    {
        using var scope = NewDisposeScope();
        var (xt, at) = (linspace(-2, 2, 24, dtype: ScalarType.Float64).reshape(2, 12), Path.At(20));
        var belief = new ClassifierGuided(new WithMix(new GaussianOracle(), 0.4), new Observation(0.8, 0.4), 2).Denoise(xt, at);
        Assert.True((at.Alpha * belief.X0 + at.Sigma * belief.Epsilon).allclose(xt, 1e-10, 1e-10));
        Assert.Equal(0.4, belief.VarianceMix!.mean().item<double>(), 1e-12);
    }

    [Fact]
    public void A_level_that_the_schedule_does_not_visit_is_refused_when_the_mean_is_guided()
    {
        using var scope = NewDisposeScope();
        var guided = ClassifierGuided.OfMean(new GaussianOracle(), new Observation(0, 1), 1, new Respaced("10").Levels(Path, 10));
        var error = Assert.Throws<UnsupportedLevelException>(() => guided.Denoise(zeros(1, 2), Path.At(1)));
        Assert.Contains("ancestral", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_classifiers_gradient_is_that_of_its_log_probability()
    {
        using var scope = NewDisposeScope();
        using var network = new Linear();
        var x = linspace(-1, 1, 6).reshape(2, 3);
        var labels = tensor(new long[] { 1, 0 });
        var gradient = new NoisyClassifier(network, labels).At(x, Path.At(5));

        // ∇ (W_y·x − log Σ exp W_k·x) = W_y − Σ p_k W_k
        var expected = network.Weight.index_select(0, labels) - x.matmul(network.Weight.t()).softmax(1).matmul(network.Weight);
        Assert.True(gradient.allclose(expected, 1e-5, 1e-6));
        Assert.False(gradient.requires_grad);
    }

    /// <summary>y = x0 + noise was seen, x0 being Gaussian: the gradient of log p(y | xt).</summary>
    private sealed class Observation(double seen, double spread) : ILogGradient
    {
        public Tensor At(Tensor xt, NoiseLevel at)
        {
            var variance = at.Alpha * at.Alpha * Std * Std + at.Sigma * at.Sigma;
            var gain = at.Alpha * Std * Std / variance;                       // E[x0 | xt] = Mean + gain·(xt − α·Mean)
            var left = Std * Std * at.Sigma * at.Sigma / variance + spread * spread;
            return gain / left * (seen - Mean - gain * (xt - at.Alpha * Mean));
        }
    }

    private sealed class WithMix(IDenoiser inner, double mix) : IDenoiser
    {
        public Denoised Denoise(Tensor xt, NoiseLevel at) => inner.Denoise(xt, at) with { VarianceMix = full_like(xt, mix) };
    }

    private sealed class Linear() : Network(nameof(Linear))
    {
        public Tensor Weight { get; } = tensor(new float[] { 1, 2, -1, 0.5f, -1, 2 }).reshape(2, 3);

        public override Tensor forward(Tensor input, Tensor label, Condition? condition) => input.matmul(Weight.t());
    }
}
