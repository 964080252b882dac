using Brownian.Paths;
using Brownian.Samplers;
using Brownian.Spacing;
using Brownian.Testing;
using static TorchSharp.torch;

namespace Brownian.Tests.Samplers;

public sealed class FewStepTests : LeakCheck
{
    [Fact]
    public void Consistency_sampling_with_the_exact_map_gives_the_datas_distribution_in_any_number_of_steps()
    {
        foreach (var steps in new[] { 1, 2, 5 })
        {
            var path = new EdmPath(0.002, 80);
            var schedule = new KarrasTable(41) { End = FinalLevel.Cleanest }.Levels(path, steps);
            var start = schedule[0];
            var (mean, variance) = LinearMoments.Of(
                new MultistepConsistency { SmallestRatio = 0.002 }, new ExactMap(path.Cleanest), schedule, 0.3, 0.25 + start.Sigma * start.Sigma);
            Assert.Equal(0.3, mean, 1e-9);
            Assert.Equal(0.25 + 4e-6, variance, 1e-9);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.3)]
    [InlineData(1)]
    public void Trajectory_consistency_keeps_the_noise_of_its_levels(double gamma)
    {
        // Data that are one point: the way down is exact, and what is left is the noise that the sampler adds.
        foreach (var path in new GaussianPath[] { new VariancePreserving(), new EdmPath(), DiscretePath.Linear() })
        {
            var schedule = new Karras { End = FinalLevel.Cleanest, SkipLast = true }.Levels(path, 7);
            var (mean, variance) = LinearMoments.Of(
                new Tcd(gamma), new GaussianOracle(0.3, 0), schedule, schedule[0].Alpha * 0.3, schedule[0].Sigma * schedule[0].Sigma);
            Assert.Equal(schedule[^1].Alpha * 0.3, mean, 1e-6);
            Assert.Equal(1, variance / (schedule[^1].Sigma * schedule[^1].Sigma), 1e-6);
        }
    }

    [Fact]
    public void Trajectory_consistency_without_noise_is_ddim_and_all_of_it_is_consistency_sampling()
    {
        using var scope = NewDisposeScope();
        var path = new EdmPath();
        var schedule = new Karras().Levels(path, 6);
        var x = linspace(-100, 100, 24, dtype: ScalarType.Float64).reshape(4, 6);
        Tensor Run(Sampler sampler)
        {
            using var noise = new SeededNoise(2);
            return sampler.Run(new GaussianOracle(), x, schedule, noise);
        }

        Assert.True(Run(new Tcd(0)).allclose(Run(new Ddim()), 1e-12, 1e-12));

        // γ = 1 goes down to the cleanest level, σ = 0.002, and not to clean data.
        Assert.True(Run(new Tcd(1)).allclose(Run(new MultistepConsistency()), 1e-3, 1e-2));
        Assert.Contains("γ in [0, 1]", Assert.Throws<ArgumentOutOfRangeException>(() => new Tcd(1.5)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_boundary_of_a_latent_consistency_model_keeps_clean_data_and_trusts_the_model_at_noise()
    {
        using var scope = NewDisposeScope();
        var (x0, xt) = (ones(2), zeros(2));
        var boundary = new ConsistencyBoundary();
        Assert.True(boundary.Apply(x0, xt, 0).equal(xt).all().item<bool>());
        Assert.True(boundary.Apply(x0, xt, 999).allclose(x0, 1e-6, 1e-6));
    }

    [Fact]
    public void Ddim_inverse_with_refinements_is_undone_by_ddim_exactly()
    {
        using var scope = NewDisposeScope();
        using var noise = new SeededNoise(2);
        var oracle = MixtureOracle.Plane();
        var path = new VariancePreserving();
        var down = new Trailing { End = FinalLevel.Cleanest, SkipLast = true }.Levels(path, 25);
        var up = new NoiseSchedule(path, down.Reverse());
        var x = tensor(new[,] { { -0.8, 0.2 }, { 0.5, 0.7 }, { 0.35, -0.6 } });
        double Error(int refinements)
        {
            var latent = new DdimInverse { Refinements = refinements }.Run(oracle, x, up, noise);
            return (new Ddim().Run(oracle, latent, down, noise) - x).abs().max().item<double>();
        }

        var (plain, refined) = (Error(0), Error(30));
        Assert.True(plain > 0.01, $"{plain}");
        Assert.True(refined < 1e-6, $"{refined}");
    }

    [Fact]
    public void A_reversed_spacing_begins_at_clean_data_and_the_inverse_asks_the_network_there_about_its_cleanest_level()
    {
        using var scope = NewDisposeScope();
        using var noise = new SeededNoise(2);
        var path = DiscretePath.Linear();
        var schedule = new Reversed(new Leading()).Levels(path, 4);
        Assert.Equal([-1, 0, 250, 500, 750], schedule.Select(level => level.Time));
        var listener = new Listener();
        new DdimInverse().Run(listener, ones(1, 2), schedule, noise);
        Assert.Equal([0, 0, 250, 500], listener.Times);
    }

    /// <summary>A perfect consistency model for data N(0.3, 0.5²): x0 is where the flow ends.</summary>
    private sealed class ExactMap(NoiseLevel end) : IDenoiser
    {
        public Denoised Denoise(Tensor xt, NoiseLevel at)
        {
            var x0 = new GaussianOracle().Flow(xt, at, end);
            return new(x0, (xt - x0) / at.Sigma);
        }
    }

    private sealed class Listener : IDenoiser
    {
        public List<double> Times { get; } = [];

        public Denoised Denoise(Tensor xt, NoiseLevel at)
        {
            Times.Add(at.Time);
            return new(xt.clone(), zeros_like(xt));
        }
    }
}
