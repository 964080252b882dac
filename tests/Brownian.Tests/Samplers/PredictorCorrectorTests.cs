using Brownian.Paths;
using Brownian.Samplers;
using Brownian.Spacing;
using Brownian.Testing;
using static TorchSharp.torch;

namespace Brownian.Tests.Samplers;

public sealed class PredictorCorrectorTests : LeakCheck
{
    [Fact]
    public void A_mixture_is_met_in_mean_and_covariance()
    {
        using var scope = NewDisposeScope();
        using var noise = new SeededNoise(3);
        var schedule = new Karras().Levels(new VarianceExploding(0.01, 20), 120);
        var start = 20 * noise.NormalLike(zeros(4000, 2, dtype: ScalarType.Float64));
        var end = new PredictorCorrector { Predictor = new Ancestral(), Corrector = new LangevinCorrector(0.05) }.Run(MixtureOracle.Plane(), start, schedule, noise);

        // Of the mixture in MixtureOracle.Plane; 4000 samples: five standard errors of at most 0.6/√4000, and 120 steps of order 1.
        Assert.Equal(-0.19, end.select(1, 0).mean().item<double>(), 0.06);
        Assert.Equal(0.19, end.select(1, 1).mean().item<double>(), 0.06);
        Assert.Equal(0.5 * (0.64 + 0.04) + 0.3 * (0.25 + 0.1225) + 0.2 * (0.09 + 0.0225) - 0.19 * 0.19, end.select(1, 0).var().item<double>(), 0.06);
    }

    [Fact]
    public void The_langevin_corrector_brings_wrong_data_to_the_levels_distribution()
    {
        using var scope = NewDisposeScope();
        using var noise = new SeededNoise(3);
        var path = new VariancePreserving();
        var level = path.At(0.4);
        var run = new SamplingRun(new GaussianOracle(), noise, new NoiseSchedule(path, level, path.Clean));
        var wrong = 3 * noise.NormalLike(zeros(500, 64)) + 2;
        var end = new LangevinCorrector(0.16, 400).Correct(run, wrong, level);

        // Langevin steps of this rule leave r² = 2.6 % too much variance; 32 000 numbers have a standard error of 0.8 %.
        var variance = level.Alpha * level.Alpha * 0.25 + level.Sigma * level.Sigma;
        Assert.Equal(1, end.var().item<float>() / (variance * 1.026), 0.03);
        Assert.Equal(level.Alpha * 0.3, end.mean().item<float>(), 0.03);
    }

    [Fact]
    public void A_sample_does_not_depend_on_its_neighbours_except_as_score_sde()
    {
        using var scope = NewDisposeScope();
        var path = new VarianceExploding(0.01, 5);
        Tensor Run(int first, int count, bool asScoreSde)
        {
            using var noise = PerSampleNoise.ForRun(7, first, count);
            var sampler = new PredictorCorrector { Corrector = new LangevinCorrector { AsScoreSde = asScoreSde } };
            Assert.Equal(asScoreSde, sampler.CouplesSamples);
            return sampler.Run(new GaussianOracle(), 5 * noise.NormalLike(zeros(count, 3, 10, 10)), new Linspace().Levels(path, 12), noise);
        }

        Assert.True(Run(0, 3, false)[1].allclose(Run(1, 1, false)[0], 1e-5, 1e-5));
        Assert.False(Run(0, 3, true)[1].allclose(Run(1, 1, true)[0], 1e-3, 1e-3));
    }

    [Fact]
    public void A_network_that_sees_no_noise_leaves_the_data_where_they_are()
    {
        using var scope = NewDisposeScope();
        using var noise = new SeededNoise(3);
        var path = new VarianceExploding();
        var run = new SamplingRun(new Blind(), noise, new Linspace().Levels(path, 4));
        var x = ones(2, 3);
        Assert.True(new LangevinCorrector().Correct(run, x, path.At(0.5)).equal(x).all().item<bool>());
    }

    [Fact]
    public void A_corrector_alone_ends_with_the_expected_data()
    {
        using var scope = NewDisposeScope();
        using var noise = new SeededNoise(3);
        var path = new SigmaTable(2, 0.5, 4);
        var sampler = new PredictorCorrector { Predictor = null };
        var noisy = sampler.Run(new GaussianOracle(), zeros(50, 50), new Linspace { End = FinalLevel.Cleanest }.Levels(path, 4), noise);
        using var again = new SeededNoise(3);
        var clean = sampler.Run(new GaussianOracle(), zeros(50, 50), new Linspace().Levels(path, 4), again);
        Assert.True(clean.allclose(new GaussianOracle().Denoise(noisy, path.Cleanest).X0, 1e-5, 1e-5));
    }

    [Fact]
    public void What_makes_no_sense_is_refused_with_a_way_out()
    {
        using var scope = NewDisposeScope();
        using var noise = new SeededNoise(3);
        Tensor Run(Sampler sampler, GaussianPath path, ISpacing spacing) =>
            sampler.Run(new GaussianOracle(), zeros(2, 2), spacing.Levels(path, 10), noise);
        string Refused<T>(Func<object> attempt)
            where T : Exception => Assert.Throws<T>(attempt).Message;

        Assert.Contains("got DiscretePath. Use ReverseDiffusion or Ancestral", Refused<ArgumentException>(
            () => Run(new ReverseSde(), DiscretePath.Linear(), new Trailing())), StringComparison.Ordinal);
        Assert.Contains("got SigmaTable", Refused<ArgumentException>(
            () => Run(new PredictorCorrector { Predictor = new ReverseSde() }, new SigmaTable(), new Linspace())), StringComparison.Ordinal);
        Assert.Contains("RectifiedFlow at time 1 is not finite", Refused<UnsupportedLevelException>(
            () => Run(new ReverseSde(), new RectifiedFlow(), new Linspace())), StringComparison.Ordinal);
        Assert.Contains("got EdmPath", Refused<ArgumentException>(
            () => Run(new ReverseDiffusion { AsScoreSde = true }, new EdmPath(), new Karras())), StringComparison.Ordinal);
        Assert.Contains("Take at least 20 steps", Refused<ArgumentException>(
            () => Run(new ReverseDiffusion { AsScoreSde = true }, new VariancePreserving(), new Linspace())), StringComparison.Ordinal);
        Assert.Contains("for VariancePreserving and VarianceExploding only; got SubVariancePreserving", Refused<ArgumentException>(
            () => Run(new Ancestral { AsScoreSde = true }, new SubVariancePreserving(), new Linspace())), StringComparison.Ordinal);
        Assert.Contains("Start at a level below", Refused<UnsupportedLevelException>(
            () => Run(new AnnealedLangevin(), new RectifiedFlow(), new Linspace())), StringComparison.Ordinal);
        Assert.Contains("expected a step size above 0", Refused<ArgumentOutOfRangeException>(() => new AnnealedLangevin(0)), StringComparison.Ordinal);
        Assert.Contains("a stochasticity of 0", Refused<ArgumentOutOfRangeException>(() => new ReverseSde(-1)), StringComparison.Ordinal);
        Assert.Contains("about 0.16", Refused<ArgumentOutOfRangeException>(() => new LangevinCorrector(0)), StringComparison.Ordinal);
        Assert.Contains("leave the corrector out", Refused<ArgumentOutOfRangeException>(() => new LangevinCorrector(0.1, 0)), StringComparison.Ordinal);
    }

    private sealed class Blind : IDenoiser
    {
        public Denoised Denoise(Tensor xt, NoiseLevel at) => new(xt.clone(), zeros_like(xt));
    }
}
