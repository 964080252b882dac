using Brownian.Paths;
using Brownian.Samplers;
using Brownian.Spacing;
using Brownian.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Tests.Samplers;

public sealed class SamplerTests : LeakCheck
{
    private static readonly GaussianPath[] Coordinates =
        [new VariancePreserving(), new SubVariancePreserving(), new VarianceExploding(), new EdmPath(), new RectifiedFlow()];

    public static TheoryData<string> Names => [.. SamplerCatalog.All.Where(row => !row.Sampler.IsForBits).Select(row => row.Names[0])];

    /// <summary>Samplers that see a path only as ratios of noise to signal; the others step in its time, or in its scale.</summary>
    public static TheoryData<string> OfRatios => [.. SamplerCatalog.All.Where(row => row.Sampler is not (SdeSampler or PredictorCorrector or FlowSteps or BinomialAncestral or Tcd or MultistepConsistency { Boundary: not null })).Select(row => row.Names[0])];

    /// <summary>Samplers that can start where no signal is left.</summary>
    public static TheoryData<string> FromPureNoise => [.. SamplerCatalog.All.Where(row => row.Sampler is not (ReverseSde or AnnealedLangevin or FlowSteps or BinomialAncestral)).Select(row => row.Names[0])];

    [Theory]
    [MemberData(nameof(OfRatios))]
    public void The_same_levels_on_any_path_give_the_same_data(string name)
    {
        using var scope = NewDisposeScope();
        var sampler = Catalogued(name);

        // An adaptive method goes on to the path's own cleanest level before it steps to clean data.
        double[] ratios = sampler.CouplesSamples ? [20, 9, 4, 2, 1, 0.5, 0.2, 0.05] : [20, 9, 4, 2, 1, 0.5, 0.2, 0.05, 0];
        var x = linspace(-1, 1, 24, dtype: ScalarType.Float64).reshape(4, 6) * 20;
        var ends = Coordinates.Select(path =>
        {
            using var noise = new SeededNoise(3);
            var schedule = new NoiseSchedule(path, ratios.Select(path.AtNoiseToSignal));
            return sampler.Run(new GaussianOracle(), x * schedule[0].Alpha, schedule, noise) / schedule[^1].Alpha;
        }).ToArray();
        Assert.All(ends, end => Assert.True(end.allclose(ends[0], 1e-9, 1e-9)));
        Assert.True(ends[0].std().item<double>() > 0.1);
    }

    [Theory]
    [MemberData(nameof(FromPureNoise))]
    public void A_start_at_pure_noise_and_an_end_at_clean_data_are_finite(string name)
    {
        using var scope = NewDisposeScope();
        using var noise = new SeededNoise(3);
        foreach (GaussianPath path in new GaussianPath[] { new RectifiedFlow(), DiscretePath.Linear().WithZeroTerminalSnr() })
        {
            var schedule = new Trailing().Levels(path, 8);
            Assert.Equal(0, schedule[0].Alpha);
            var oracle = new GaussianOracle();
            var end = Catalogued(name).Run(oracle, noise.NormalLike(zeros(64, 6)), schedule, noise);
            Assert.True(end.isfinite().all().item<bool>());

            // Eight steps are few, but the mean of the data is met whatever the noise.
            Assert.Equal(0.3, end.mean().item<float>(), 0.15);
        }
    }

    [Theory]
    [InlineData("ancestral")]
    [InlineData("dpm++2m-sde")]
    [InlineData("heun")]
    [InlineData("ddim")]
    [InlineData("euler-a")]
    [InlineData("dpm2-a")]
    [InlineData("dpm++2s-a")]
    [InlineData("dpm++sde")]
    [InlineData("dpm++3m-sde")]
    [InlineData("sa-solver")]
    public void Many_steps_give_the_datas_mean_and_deviation(string name)
    {
        using var scope = NewDisposeScope();
        using var noise = new SeededNoise(11);
        var schedule = new Trailing().Levels(DiscretePath.Linear(), 500);
        var end = Catalogued(name).Run(new GaussianOracle(0.3, 0.5), noise.NormalLike(zeros(20_000, 1)), schedule, noise);

        // 20 000 numbers: the standard error of the mean is 0.0035, of the deviation 0.0025; 500 steps of order 1 lose up to 1 %.
        Assert.Equal(0.3, end.mean().item<float>(), 0.015);
        Assert.Equal(0.5, end.std().item<float>(), 0.015);
    }

    [Fact]
    public void Ddim_with_the_ancestral_noise_is_the_ancestral_step()
    {
        using var scope = NewDisposeScope();
        var path = DiscretePath.Linear();
        var schedule = new NoiseSchedule(path, path.At(600), path.At(550));
        var x = linspace(-2, 2, 24, dtype: ScalarType.Float64).reshape(4, 6);
        using SeededNoise first = new(1), second = new(1);
        var ancestral = new Ancestral().Run(new GaussianOracle(), x, schedule, first);
        var ddim = new Ddim(1).Run(new GaussianOracle(), x, schedule, second);

        // The tables are float32: α² + σ² is 1 to 1e-7.
        Assert.True(ancestral.allclose(ddim, 1e-6, 1e-6));
    }

    [Fact]
    public void Ddim_goes_there_and_back_again()
    {
        using var scope = NewDisposeScope();
        using var noise = new SeededNoise(1);
        var path = new VariancePreserving();
        var x = linspace(-1, 1, 24, dtype: ScalarType.Float64).reshape(4, 6);
        double Error(int steps)
        {
            var up = new NoiseSchedule(path, Enumerable.Range(0, steps + 1).Select(i => path.At(0.01 + 0.99 * i / steps)));
            var down = new NoiseSchedule(path, up.Reverse());
            var latent = new Ddim().Run(new GaussianOracle(), x, up, noise);
            return (new Ddim().Run(new GaussianOracle(), latent, down, noise) - x).abs().max().item<double>();
        }

        var (coarse, fine) = (Error(200), Error(400));
        Assert.True(coarse < 0.05, $"{coarse}");
        Assert.Equal(2, coarse / fine, 0.2);
    }

    [Fact]
    public void Ddims_next_level_converges_where_diffusers_stride_does_not()
    {
        using var scope = NewDisposeScope();
        var path = DiscretePath.Linear();
        var x = linspace(-2, 2, 24, dtype: ScalarType.Float64).reshape(4, 6);
        using var noise = new SeededNoise(1);
        double Error(Ddim sampler, int steps)
        {
            var schedule = new Linspace().Levels(path, steps);
            var oracle = new GaussianOracle();
            return (sampler.Run(oracle, x, schedule, noise) - oracle.Flow(x, schedule[0], schedule[^1])).abs().max().item<double>();
        }

        Assert.True(Error(new Ddim(), 300) < 0.4 * Error(new Ddim(), 100));
        Assert.True(Error(new Ddim { AsDiffusers = true }, 300) > 3 * Error(new Ddim(), 300));
    }

    [Fact]
    public void Learned_variances_lie_between_the_smallest_and_the_largest()
    {
        using var scope = NewDisposeScope();
        var path = DiscretePath.Linear();
        var schedule = new NoiseSchedule(path, path.At(100), path.At(80));
        var x = linspace(-2, 2, 24, dtype: ScalarType.Float64).reshape(4, 6);
        Tensor Step(ReverseVariance variance, double mix)
        {
            using var noise = new SeededNoise(1);
            return new Ancestral(variance).Run(new Mixed(mix), x, schedule, noise);
        }

        Assert.True(Step(ReverseVariance.Learned, -1).allclose(Step(ReverseVariance.Smallest, 0), 1e-12, 1e-12));
        Assert.True(Step(ReverseVariance.Learned, 1).allclose(Step(ReverseVariance.Largest, 0), 1e-12, 1e-12));
        var error = Assert.Throws<ArgumentException>(() => new Ancestral(ReverseVariance.Learned).Run(new GaussianOracle(), x, schedule, new SeededNoise(1)));
        Assert.Contains("Use Smallest or Largest", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Churn_adds_the_noise_of_the_level_it_goes_to()
    {
        using var scope = NewDisposeScope();
        using var noise = new SeededNoise(5);
        foreach (var path in Coordinates)
        {
            var schedule = new Karras { Largest = 10, Smallest = 0.01 }.Levels(path, 10);
            var level = schedule[4];
            var xt = level.Sigma * noise.NormalLike(zeros(100_000, 1, dtype: ScalarType.Float64));
            var (noisy, raised) = new Churn(3).Apply(xt, level, schedule, noise);
            Assert.Equal(1.3 * level.NoiseToSignal, raised.NoiseToSignal, 1e-9 * raised.NoiseToSignal);
            Assert.Equal(path.AtNoiseToSignal(raised.NoiseToSignal).Time, raised.Time, 1e-9);

            // The standard error of a deviation of 100 000 numbers is 0.0022; five of them.
            Assert.Equal(1, noisy.std().item<double>() / raised.Sigma, 0.011);
            Assert.Same(xt, new Churn(3, From: 2 * level.NoiseToSignal).Apply(xt, level, schedule, noise).Xt);
            Assert.Equal(Math.Sqrt(2), new Churn(1000).Apply(xt, level, schedule, noise).At.NoiseToSignal / level.NoiseToSignal, 1e-9);
        }
    }

    [Fact]
    public void A_level_visited_twice_does_no_harm()
    {
        using var scope = NewDisposeScope();
        using var noise = new SeededNoise(5);
        var path = new EdmPath();
        double[] sigmas = [20, 10, 5, 5, 2, 1, 0.5, 0.5, 0.1, 0];
        var schedule = new NoiseSchedule(path, sigmas.Select(path.At));
        foreach (var row in SamplerCatalog.All)
        {
            var end = row.Sampler.Run(new GaussianOracle(), 20 * noise.NormalLike(zeros(8, 4)), schedule, noise);
            Assert.True(end.isfinite().all().item<bool>(), row.Names[0]);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_step_calls_the_network_as_often_as_the_table_says(string name)
    {
        using var scope = NewDisposeScope();
        using var noise = new SeededNoise(5);
        var row = SamplerCatalog.FindRow(name);
        var oracle = new GaussianOracle();
        row.Sampler.Run(oracle, 20 * noise.NormalLike(zeros(8, 4)), new Karras().Levels(new EdmPath(), 10), noise);

        // The last step, to clean data, needs one; and those of the Langevin steps at its level. A method with steps of its own decides itself.
        if (row.CallsPerStep > 0)
        {
            var last = row.Sampler is AnnealedLangevin langevin ? langevin.StepsPerLevel + 1 : row.Sampler is PredictorCorrector ? 2 : 1;
            Assert.Equal(9 * row.CallsPerStep + last + row.ExtraCalls, oracle.Calls);
        }
    }

    [Fact]
    public void A_run_that_fails_leaves_nothing_behind()
    {
        using var noise = new SeededNoise(5);
        using var x = zeros(2, 3);
        foreach (var row in SamplerCatalog.All)
        {
            Assert.Throws<InvalidOperationException>(() => row.Sampler.Run(
                new GaussianOracle(), x, new Karras().Levels(new EdmPath(), 10), noise, (step, _, _) =>
                {
                    if (step == 4)
                    {
                        throw new InvalidOperationException("stop");
                    }
                }));
        }
    }

    private static Sampler Catalogued(string name) => SamplerCatalog.Find(name);

    private sealed class Mixed(double mix) : IDenoiser
    {
        private readonly GaussianOracle oracle = new();

        public Denoised Denoise(Tensor xt, NoiseLevel at) => oracle.Denoise(xt, at) with { VarianceMix = full_like(xt, mix) };
    }
}
