using Brownian.Evaluation;
using Brownian.Testing;
using static TorchSharp.torch;

namespace Brownian.Tests.Evaluation;

public sealed class FrechetDistanceTests : LeakCheck
{
    [Fact]
    public void Equals_the_closed_form_of_Gaussians_with_the_same_axes()
    {
        using var scope = NewDisposeScope();
        double[] a = [4, 1, 0.25], b = [1, 9, 0.25], shift = [0.5, -1, 2];
        using var first = FeatureMoments.From(zeros(3), diag(tensor(a)));
        using var second = FeatureMoments.From(tensor(shift), diag(tensor(b)));

        // Σ (√aᵢ − √bᵢ)² + |shift|².
        var expected = a.Zip(b, (x, y) => Math.Pow(Math.Sqrt(x) - Math.Sqrt(y), 2)).Sum() + shift.Sum(x => x * x);
        Assert.Equal(expected, FrechetDistance.Between(first, second), 12);
        Assert.Equal(expected, FrechetDistance.Between(second, first), 12);
    }

    [Fact]
    public void Does_not_change_when_both_sets_are_turned_alike()
    {
        using var scope = NewDisposeScope();
        using var noise = new RandomStream(1);
        var (a, b) = (Features(noise, 200, 8), Features(noise, 150, 8) * 1.5 + 0.3);
        var (turn, _) = linalg.qr(Features(noise, 8, 8));
        var expected = FrechetDistance.Between(a, b);
        Assert.Equal(expected, FrechetDistance.Between(a.matmul(turn), b.matmul(turn)), 1e-9 * expected);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(6)]
    public void Of_a_set_to_itself_is_zero_even_with_fewer_images_than_features(int count)
    {
        using var scope = NewDisposeScope();
        using var noise = new RandomStream(2);
        var a = Features(noise, count, 40) * 3 + 100;

        // The squares of the numbers are 10⁴; float64 has 16 digits.
        Assert.InRange(FrechetDistance.Between(a, a.clone()), -1e-9, 1e-9);
    }

    [Fact]
    public void Of_flat_sets_in_different_planes_is_the_sum_of_their_spreads()
    {
        using var scope = NewDisposeScope();
        using var noise = new RandomStream(3);
        var x = Features(noise, 50, 4);
        x -= x.mean([0L]);
        var (a, b) = (cat([x, zeros_like(x)], 1), cat([zeros_like(x), x], 1));
        using var moments = FeatureMoments.Of(x);
        Assert.Equal(2 * moments.Covariance().trace().item<double>(), FrechetDistance.Between(a, b), 1e-10);
    }

    [Fact]
    public void Moments_of_parts_are_the_moments_of_the_whole()
    {
        using var scope = NewDisposeScope();
        using var noise = new RandomStream(4);
        var x = Features(noise, 100, 5) + 1e4;
        using var whole = FeatureMoments.Of(x);
        using var parts = new FeatureMoments(5);
        foreach (var part in x.split(17))
        {
            parts.Add(part);
        }

        Assert.Equal(100, parts.Count);
        Assert.InRange((whole.Mean() - parts.Mean()).abs().max().item<double>(), 0, 1e-10);
        Assert.InRange((whole.Covariance() - parts.Covariance()).abs().max().item<double>(), 0, 1e-10);
    }

    [Fact]
    public void Errors_say_what_was_expected()
    {
        using var scope = NewDisposeScope();
        Assert.Contains("at least 2 of them", Assert.Throws<ArgumentException>(() => FrechetDistance.Between(zeros(1, 3), zeros(4, 3))).Message, StringComparison.Ordinal);
        Assert.Contains("got 3 and 4", Assert.Throws<ArgumentException>(() => FrechetDistance.Between(zeros(4, 3), zeros(4, 4))).Message, StringComparison.Ordinal);
        Assert.Contains("finite", Assert.Throws<ArgumentException>(() => FrechetDistance.Between(zeros(4, 3) / 0, zeros(4, 3))).Message, StringComparison.Ordinal);
        using var given = FeatureMoments.From(zeros(2), eye(2));
        Assert.Contains("new FeatureMoments(width)", Assert.Throws<InvalidOperationException>(() => given.Add(zeros(3, 2))).Message, StringComparison.Ordinal);
    }

    private static Tensor Features(RandomStream noise, int count, int width) => noise.NormalLike(zeros(count, width, dtype: ScalarType.Float64));
}
