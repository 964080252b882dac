using Brownian.Paths;
using Brownian.Samplers;
using Brownian.Spacing;
using Brownian.Testing;
using static TorchSharp.torch;

namespace Brownian.Tests.Samplers;

public sealed class BrownianNoiseTests : LeakCheck
{
    [Fact]
    public void Increments_add_up_and_do_not_depend_on_who_asked_before()
    {
        using var scope = NewDisposeScope();
        using BrownianNoise first = new(0.1, 30, 7), second = new(0.1, 30, 7);
        var like = zeros(2, 5, dtype: ScalarType.Float64);
        var fine = first.Between(like, 20, 8) * Math.Sqrt(12) + first.Between(like, 8, 3) * Math.Sqrt(5);
        var whole = second.Between(like, 20, 3) * Math.Sqrt(17);
        Assert.True(fine.allclose(whole, 1e-12, 1e-12));
        Assert.True(first.Between(like, 3, 20).allclose(-second.Between(like, 20, 3), 1e-12, 1e-12));
    }

    [Fact]
    public void Increments_are_standard_normal_and_independent_where_they_do_not_overlap()
    {
        using var scope = NewDisposeScope();
        using var noise = new BrownianNoise(0.1, 30, 3);
        var like = zeros(40_000);
        var (a, b) = (noise.Between(like, 20, 8.5), noise.Between(like, 8.5, 0.3));

        // Standard errors of 40 000 numbers: 0.005 of the mean and the correlation, 0.0035 of the deviation; five of them.
        Assert.Equal(0, a.mean().item<float>(), 0.025);
        Assert.Equal(1, a.std().item<float>(), 0.018);
        Assert.Equal(1, b.std().item<float>(), 0.018);
        Assert.Equal(0, (a * b).mean().item<float>(), 0.025);
    }

    [Fact]
    public void With_a_seed_for_each_sample_a_sample_is_the_same_in_any_batch()
    {
        using var scope = NewDisposeScope();
        using BrownianNoise both = new(0.1, 30, 4, 5), one = new(0.1, 30, 5);
        Assert.True(both.Between(zeros(2, 6), 9, 2)[1].allclose(one.Between(zeros(1, 6), 9, 2)[0]));
    }

    [Fact]
    public void With_Brownian_noise_the_samples_converge_path_by_path()
    {
        using var scope = NewDisposeScope();
        var path = new EdmPath();
        var x = linspace(-20, 20, 12, dtype: ScalarType.Float64).reshape(2, 6);
        Tensor Run(int steps)
        {
            using var noise = new BrownianNoise(0.01, 20, 1);
            var schedule = new Exponential { Largest = 20, Smallest = 0.1 }.Levels(path, steps);
            return new DpmSde().Run(new GaussianOracle(), x, schedule, noise);
        }

        var (coarse, middle, fine) = (Run(16), Run(32), Run(64));
        var (far, near) = ((coarse - fine).abs().mean().item<double>(), (middle - fine).abs().mean().item<double>());
        Assert.True(near < 0.75 * far, $"{far:g3} {near:g3}");
        Assert.True(near < 0.2, $"{near:g3}");
    }

    [Fact]
    public void Times_outside_the_interval_and_empty_intervals_are_refused()
    {
        using var scope = NewDisposeScope();
        using var noise = new BrownianNoise(0.1, 30, 3);
        Assert.Contains("expected a time in [0.1, 30]", Assert.Throws<ArgumentOutOfRangeException>(() => noise.Between(zeros(1), 40, 3)).Message, StringComparison.Ordinal);
        Assert.Contains("expected an end above the start", Assert.Throws<ArgumentException>(() => new BrownianNoise(2, 2, 3)).Message, StringComparison.Ordinal);
        Assert.Contains("at least one seed", Assert.Throws<ArgumentException>(() => new BrownianNoise(1, 2)).Message, StringComparison.Ordinal);
    }
}
