using Brownian.Paths;
using Brownian.Samplers;
using Brownian.Spacing;
using Brownian.Testing;
using static TorchSharp.torch;

namespace Brownian.Tests.Samplers;

public sealed class SecondDistributionTests : LeakCheck
{
    private static readonly GaussianPath Path = DiscretePath.Linear();

    [Fact]
    public void Known_pixels_multiply_as_gaussians_do()
    {
        using var scope = NewDisposeScope();
        var (mean, variance) = (tensor(new[] { 0.3, -0.2 }).unsqueeze(0), tensor(0.01));
        var pixels = new ObservedPixels(tensor(new[] { 0.5, 0.5 }).unsqueeze(0), tensor(new[] { 1.0, 0 }).unsqueeze(0), 0.1);
        var at = Path.At(100);
        var (product, left) = pixels.TimesGaussian(mean, variance, at);
        var own = at.Alpha * at.Alpha * 0.01 + at.Sigma * at.Sigma;
        var precision = 1 / 0.01 + 1 / own;
        Assert.Equal((0.3 / 0.01 + at.Alpha * 0.5 / own) / precision, product[0, 0].item<double>(), 1e-12);
        Assert.Equal(1 / precision, left[0, 0].item<double>(), 1e-12);
        Assert.Equal(-0.2, product[0, 1].item<double>(), 1e-15);
        Assert.Equal(0.01, left[0, 1].item<double>(), 1e-15);
    }

    [Fact]
    public void A_smooth_distribution_shifts_the_mean_as_a_wide_gaussian_does()
    {
        using var scope = NewDisposeScope();
        var pixels = new ObservedPixels(full(1, 1, 0.5, dtype: ScalarType.Float64), ones(1, 1, dtype: ScalarType.Float64), 3);
        var (mean, variance, at) = (full(1, 1, -0.2, dtype: ScalarType.Float64), tensor(1e-4), Path.At(10));
        ISecondDistribution smooth = new OnlyGradient(pixels);
        var (exact, approximate) = (pixels.TimesGaussian(mean, variance, at).Mean, smooth.TimesGaussian(mean, variance, at).Mean);

        // They differ at second order in variance over r's variance, 10⁻⁵.
        Assert.Equal(exact.item<double>(), approximate.item<double>(), 1e-9);
        Assert.True(Math.Abs(exact.item<double>() + 0.2) > 1e-6);
    }

    [Fact]
    public void Known_pixels_are_met_exactly_and_leave_the_others_alone()
    {
        using var scope = NewDisposeScope();
        var image = full(1, 2, 0.9);
        var end = Run(new Ancestral { Times = new ObservedPixels(image, tensor(new[] { 1f, 0 }).unsqueeze(0)) }, 4000, 200);
        Assert.True(end[.., 0].eq(0.9f).all().item<bool>());
        Assert.Equal(0.3, end[.., 1].mean().item<float>(), 0.04);
        Assert.Equal(0.5, end[.., 1].std().item<float>(), 0.03);
    }

    [Fact]
    public void Gaussian_data_times_an_exponential_are_shifted_by_their_variance()
    {
        using var scope = NewDisposeScope();

        // exp(c·x0) seen through the level is exp(c·Cov(x0, xt)/Var(xt)·xt): with this r the product is exact at every level.
        var slope = new Slope(1.2, at => at.Alpha * 0.25 / (at.Alpha * at.Alpha * 0.25 + at.Sigma * at.Sigma));
        var end = Run(new Ancestral(ReverseVariance.Largest) { Times = slope }, 20_000, 500);

        // N(0.3, 0.25)·exp(1.2 x) = N(0.3 + 1.2·0.25, 0.25). A standard error of 0.0035; 500 steps of order 1.
        Assert.Equal(0.6, end.mean().item<float>(), 0.02);
        Assert.Equal(0.5, end.std().item<float>(), 0.02);
    }

    private static Tensor Run(Sampler sampler, int count, int steps)
    {
        using var noise = new SeededNoise(2);
        var oracle = new GaussianOracle(0.3, 0.5);
        return sampler.Run(oracle, noise.NormalLike(zeros(count, 2)), new Trailing().Levels(Path, steps), noise);
    }

    private sealed class OnlyGradient(ISecondDistribution whole) : ISecondDistribution
    {
        public Tensor LogGradient(Tensor x, NoiseLevel at) => whole.LogGradient(x, at);
    }
}
