using Brownian.Paths;
using Brownian.Samplers;
using Brownian.Spacing;
using Brownian.Tasks;
using Brownian.Testing;
using static TorchSharp.torch;

namespace Brownian.Tests.Samplers;

public sealed class BinomialAncestralTests : LeakCheck
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100)]
    public void Bits_that_do_not_know_each_other_are_drawn_exactly_in_any_number_of_steps(int steps)
    {
        using var scope = NewDisposeScope();
        double[] wanted = [0.05, 0.5, 0.9];
        var bits = Sample(BitsOracle.Independent(wanted), new BinomialAncestral(), 20_000, 3, steps);
        Assert.True(bits.abs().eq(1).all().item<bool>());
        var found = bits.gt(0).to(ScalarType.Float64).mean([0]).data<double>().ToArray();

        // 20 000 bits: a standard error of at most 0.0035; five of them.
        Assert.All(wanted.Zip(found), pair => Assert.Equal(pair.First, pair.Second, 0.018));
    }

    [Fact]
    public void Bits_that_agree_are_drawn_as_they_agree_in_many_small_steps()
    {
        using var scope = NewDisposeScope();
        var oracle = new BitsOracle(0.5, 0.04, 0.06, 0.4);
        var bits = Sample(oracle, new BinomialAncestral(), 20_000, 2, 100);
        var words = (bits.gt(0).to(ScalarType.Int64) * tensor(new long[] { 1, 2 })).sum(1).data<long>().ToArray();
        for (var word = 0; word < 4; word++)
        {
            // A standard error of 0.0035, and 1/100 because the two bits of a step are drawn one by one.
            Assert.Equal(oracle.Table[word], words.Count(w => w == word) / 20_000.0, 0.018);
        }
    }

    [Fact]
    public void Known_bits_stay_and_the_others_follow_them()
    {
        using var scope = NewDisposeScope();

        // Seven bits that agree in 98 of 100 words; six of them are known.
        var oracle = new BitsOracle([.. Enumerable.Range(0, 128).Select(word => word is 0 or 127 ? 0.49 : 0.02 / 126)]);
        var keep = ones(1, 7);
        keep[0, 6] = 0f;
        foreach (var known in new[] { 1f, -1f })
        {
            var bits = Sample(oracle, new BinomialAncestral { Times = new ObservedPixels(known * ones(1, 7), keep) }, 400, 7, 60);
            Assert.True(bits[.., ..6].eq(known).all().item<bool>());

            // At each level the known bits are as noisy as the level, and so is what can be read from six of them while the seventh is drawn.
            Assert.True((bits[.., 6] * known).gt(0).to(ScalarType.Float64).mean().item<double>() > 0.9);
        }
    }

    [Fact]
    public void A_second_opinion_multiplies_the_odds()
    {
        using var scope = NewDisposeScope();
        var mean = tensor(new[] { -0.9, 0, 0.3, 1 }).unsqueeze(0);
        var pixels = new ObservedPixels(ones_like(mean), ones_like(mean), Deviation: 1);
        var at = new BernoulliPath(10).At(3);
        var product = pixels.TimesBits(mean, at);
        for (var i = 0; i < 4; i++)
        {
            // A deviation of 1 is an error in one bit of four; at the level it is diluted by α.
            var (p, r) = ((1 + mean[0, i].item<double>()) / 2, (1 + at.Alpha * 0.5) / 2);
            Assert.Equal(p * r / (p * r + (1 - p) * (1 - r)), (1 + product[0, i].item<double>()) / 2, 1e-12);
        }

        // A distribution that tells only its slope is taken to be exponential between −1 and +1.
        ISecondDistribution slope = new Slope(0.7, _ => 1);
        var tilted = (1 + slope.TimesBits(mean, at)) / 2;
        var odds = (1 + mean) / (1 - mean) * Math.Exp(1.4);
        Assert.True(tilted[.., ..3].allclose((odds / (1 + odds))[.., ..3], 1e-12));
    }

    [Fact]
    public void Bits_and_gaussian_paths_do_not_take_each_others_samplers()
    {
        using var network = new WaveNetwork();
        var bits = new DiffusionModel(network, new BernoulliPath(10), new Brownian.Parameterizations.PredictBit());
        var gaussian = new DiffusionModel(network, DiscretePath.Linear(10), new Brownian.Parameterizations.PredictEpsilon());
        var request = new GenerateRequest { Shape = [1, 2, 2], Steps = 5, Spacing = new Linspace(), Sampler = new BinomialAncestral() };
        Assert.Contains("sampler binomial", Assert.Throws<ArgumentException>(() => Generate.Run(bits, request with { Sampler = new Heun() })).Message, StringComparison.Ordinal);
        Assert.Contains("for bits only", Assert.Throws<ArgumentException>(() => Generate.Run(gaussian, request)).Message, StringComparison.Ordinal);
        using var some = Generate.Run(bits, request with { Count = 3 });
        using var whole = Generate.Run(bits, request with { Count = 3, BatchSize = 1 });
        Assert.True(some.Samples.Equals(whole.Samples));
    }

    private static Tensor Sample(BitsOracle oracle, BinomialAncestral sampler, int count, int size, int steps)
    {
        using var noise = new SeededNoise(21);
        var path = new BernoulliPath(400);
        return sampler.Run(oracle, noise.NormalLike(zeros(count, size)), new Linspace().Levels(path, steps), noise);
    }
}
