using Brownian.Objectives;
using Brownian.Parameterizations;
using Brownian.Paths;
using Brownian.Testing;
using static TorchSharp.torch;

namespace Brownian.Tests.Objectives;

public sealed class BinomialBoundTests : LeakCheck
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(25)]
    public void The_bound_of_the_exact_reverse_is_the_entropy(int steps)
    {
        using var scope = NewDisposeScope();

        // One bit, or bits that do not know each other: drawing each from its own belief is then exact, in any number of steps.
        foreach (var oracle in new[] { BitsOracle.Independent(0.2), BitsOracle.Independent(0.9, 0.5, 0.01) })
        {
            Assert.Equal(oracle.Entropy, Bound(oracle, oracle, steps), 1e-9);
        }
    }

    [Fact]
    public void The_bound_of_bits_that_know_each_other_falls_to_the_entropy_as_steps_get_shorter()
    {
        using var scope = NewDisposeScope();
        var oracle = new BitsOracle(0.5, 0.04, 0.06, 0.4);
        var gaps = new[] { 10, 20, 40, 80 }.Select(steps => Bound(oracle, oracle, steps) - oracle.Entropy).ToArray();
        Assert.All(gaps, gap => Assert.True(gap > 0));
        Assert.Equal(1, Math.Log2(gaps[2] / gaps[3]), 0.15);
    }

    [Fact]
    public void A_wrong_belief_costs_its_divergence()
    {
        using var scope = NewDisposeScope();
        var (truth, wrong) = (BitsOracle.Independent(0.2), BitsOracle.Independent(0.6));
        var divergence = 0.2 * Math.Log(0.2 / 0.6) + 0.8 * Math.Log(0.8 / 0.4);
        Assert.Equal(truth.Entropy + divergence, Bound(truth, wrong, 30), 1e-9);
    }

    [Fact]
    public void Drawn_images_cost_on_average_what_the_enumeration_says()
    {
        using var scope = NewDisposeScope();
        using var noise = new SeededNoise(3);
        var oracle = BitsOracle.Independent(0.2, 0.9);
        double[] uniform = [.. Enumerable.Range(0, 4000).Select(i => (i + 0.5) / 4000)];
        var x0 = stack([tensor(uniform).lt(0.2), tensor(uniform.Select(u => u * 7 % 1).ToArray()).lt(0.9)], 1).to(ScalarType.Float32) * 2 - 1;
        var value = BinomialBoundValue.Of(oracle, new BernoulliPath(20), x0, noise);
        Assert.Equal(oracle.Entropy, value.Total, 5 * value.StandardError);
        Assert.Equal(20, value.Steps.Count);
        Assert.Equal(0, value.Prior);
        Assert.Equal(value.Total, value.Images.Average(), 1e-9);
        Assert.InRange(value.StandardError, 0.001, 0.03);
    }

    [Fact]
    public void Training_sees_an_unbiased_estimate_of_the_bound()
    {
        using var scope = NewDisposeScope();
        using var network = new Constant(-1.1);
        using var noise = new SeededNoise(9);
        var (path, count) = (new BernoulliPath(8), 40_000);
        var model = new DiffusionModel(network, path, new PredictBit());
        var x0 = tensor(Enumerable.Range(0, count).Select(i => i % 4 == 0 ? 1f : 0f).ToArray()).reshape(count, 1) - 0.5;
        NoiseLevel[] levels = [.. Enumerable.Range(0, count).Select(i => path.At(i / 4 % 8))];
        var losses = BinomialBound.Evaluate(model, path, x0, null, levels, noise.NormalLike(x0));
        var wide = new Fixed(Math.Tanh(-0.55));
        var exact = Bound(BitsOracle.Independent(0.25), wide, 8);
        var error = losses.std().item<float>() / Math.Sqrt(count);
        Assert.Equal(exact, losses.mean().item<float>(), 5 * error);
        Assert.Equal([count], losses.shape);
    }

    [Fact]
    public void Only_models_of_bits_have_this_bound()
    {
        using var network = new WaveNetwork();
        Assert.Contains("bernoulli", Assert.Throws<ArgumentException>(
            () => new BinomialBound().Start(new(network, DiscretePath.Linear(), new PredictBit()))).Message, StringComparison.Ordinal);
        Assert.Contains("output of kind bit", Assert.Throws<ArgumentException>(
            () => new BinomialBound().Start(new(network, new BernoulliPath(), new PredictEpsilon()))).Message, StringComparison.Ordinal);
    }

    /// <summary>The expected bound by summing over all words and all their noisy versions.</summary>
    private static double Bound(BitsOracle truth, IDenoiser belief, int steps)
    {
        var path = new BernoulliPath(steps);
        var words = truth.Words;
        var total = BinomialBound.Prior(path) * words.size(1);
        for (var step = 0; step < steps; step++)
        {
            var (from, to) = (path.At(step), path.At(step - 1));
            for (var word = 0; word < truth.Table.Count; word++)
            {
                var x0 = words[word].unsqueeze(0).expand_as(words);
                var chance = ((1 + from.Alpha * x0 * words) / 2).prod(1); // q(xt | x0) of each xt
                var count = (int)words.size(0);
                var divergence = BinomialBound.Divergence(
                    belief.Denoise(words, from).X0, x0, words, [.. Enumerable.Repeat(from, count)], [.. Enumerable.Repeat(to, count)]).sum(1);
                total += truth.Table[word] * (chance * divergence).sum().item<double>();
            }
        }

        return total;
    }

    private sealed class Constant(double logOdds) : Network("constant")
    {
        public override Tensor forward(Tensor input, Tensor label, Condition? condition) => full_like(input, logOdds);
    }

    private sealed class Fixed(double mean) : IDenoiser
    {
        public Denoised Denoise(Tensor xt, NoiseLevel at) => new(full_like(xt, mean), zeros_like(xt));
    }
}
