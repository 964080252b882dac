using Brownian.Evaluation;
using Brownian.Testing;
using static TorchSharp.torch;

namespace Brownian.Tests.Evaluation;

public sealed class FeatureMetricTests : LeakCheck
{
    [Fact]
    public void Kernel_distance_equals_its_double_sum()
    {
        using var scope = NewDisposeScope();
        using var noise = new RandomStream(1);
        var (a, b) = (noise.NormalLike(zeros(7, 3, dtype: ScalarType.Float64)), noise.NormalLike(zeros(5, 3, dtype: ScalarType.Float64)) + 0.5);
        double K(Tensor x, Tensor y) => Math.Pow(x.dot(y).item<double>() / 3 + 1, 3);
        double Mean(Tensor x, Tensor y, bool isSame) => (
            from i in Enumerable.Range(0, (int)x.size(0))
            from j in Enumerable.Range(0, (int)y.size(0))
            where !isSame || i != j
            select K(x[i], y[j])).Average();
        var expected = Mean(a, a, true) + Mean(b, b, true) - 2 * Mean(a, b, false);
        Assert.Equal(expected, new KernelDistance().OfAll(a, b), 12);
    }

    [Fact]
    public void Kernel_distance_has_no_bias()
    {
        using var scope = NewDisposeScope();
        using var noise = new RandomStream(2);

        // Two sets of the same distribution: the mean of many estimates is 0 within four times its error.
        var all = noise.NormalLike(zeros(2000, 4));
        var estimate = new KernelDistance { Subsets = 200, SubsetSize = 20 }.Between(all[..1000], all[1000..]);
        Assert.InRange(Math.Abs(estimate.Mean), 0, 4 * estimate.StandardDeviation / Math.Sqrt(200));
        Assert.Contains(estimate.Values, value => value < 0);
    }

    [Fact]
    public void A_linear_kernel_measures_the_distance_of_the_means()
    {
        using var scope = NewDisposeScope();
        using var noise = new RandomStream(3);
        var shift = tensor(new[] { 3.0, 4, 0 });
        var x = noise.NormalLike(zeros(4000, 3, dtype: ScalarType.Float64));
        var distance = new KernelDistance { Degree = 1, Gamma = 1, Offset = 0 }.OfAll(x[..2000], x[2000..] + shift);

        // E = |shift|² = 25; the error of the means is 1/√2000 each, times 2·5.
        Assert.Equal(25, distance, 4 * 2 * 5 * Math.Sqrt(2.0 / 2000));
    }

    [Fact]
    public void A_subset_larger_than_the_sets_is_refused()
    {
        using var scope = NewDisposeScope();
        var error = Assert.Throws<ArgumentException>(() => new KernelDistance().Between(zeros(10, 2), zeros(2000, 2)));
        Assert.Contains("at least 1000 images", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Inception_score_is_between_one_and_the_number_of_classes()
    {
        using var scope = NewDisposeScope();
        var single = new InceptionScore { Splits = 1 };
        Assert.Equal(1, single.Of(zeros(30, 6)).Mean, 12);
        Assert.Equal(6, single.Of((eye(6) * 1000).repeat(5, 1)).Mean, 9);
        Assert.Equal(1, single.Of((eye(6) * 1000)[..1].repeat(30, 1)).Mean, 12);
        var split = new InceptionScore { Splits = 6, ShuffleSeed = null }.Of((eye(6) * 1000).repeat_interleave(5, 0));
        Assert.All(split.Values, value => Assert.Equal(1, value, 12));
        Assert.Contains(
            "at least 10 of them", Assert.Throws<ArgumentException>(() => new InceptionScore().Of(zeros(9, 6))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Precision_and_recall_see_what_is_missing()
    {
        using var scope = NewDisposeScope();
        using var noise = new RandomStream(4);
        var (left, right) = (noise.NormalLike(zeros(60, 2)), noise.NormalLike(zeros(60, 2)) + 1000);
        var both = cat([left, right], 0);
        Assert.Equal(new PrecisionRecall(1, 1), PrecisionRecall.Of(both, both.clone()));
        Assert.Equal(new PrecisionRecall(0, 0), PrecisionRecall.Of(left, right));

        // One of two modes: all good, half covered; and the other way round.
        Assert.Equal(new PrecisionRecall(1, 0.5), PrecisionRecall.Of(left.clone(), both));
        Assert.Equal(new PrecisionRecall(0.5, 1), PrecisionRecall.Of(both, left.clone()));
        Assert.Equal(2.0 / 3, PrecisionRecall.Of(both, left.clone()).FScore, 12);
    }

    [Fact]
    public void Reach_is_that_of_the_kth_neighbour()
    {
        using var scope = NewDisposeScope();
        var line = tensor(new[] { 0.0, 1, 3, 7 }).unsqueeze(1);

        // The second neighbours of 0, 1, 3, 7 are 3, 2, 3, 6 away: 13 is within reach of 7 alone, 13.1 of none.
        Assert.Equal(1, PrecisionRecall.Of(full(4, 1, 13.0, dtype: ScalarType.Float64), line, 2).Precision);
        Assert.Equal(0, PrecisionRecall.Of(full(4, 1, 13.1, dtype: ScalarType.Float64), line, 2).Precision);
    }

    [Fact]
    public void The_Mersenne_Twister_is_the_one_of_its_authors()
    {
        // mt19937ar's first numbers for seed 5489, and its ten-thousandth (C++ standard, [rand.predef]).
        var random = new NumpyRandom(5489);
        Assert.Equal([3499211612u, 581869302u, 3890346734u], Enumerable.Range(0, 3).Select(_ => random.NextBits()));
        for (var i = 3; i < 9999; i++)
        {
            random.NextBits();
        }

        Assert.Equal(4123659995u, random.NextBits());
    }
}
