using Brownian.Paths;
using Brownian.Samplers;
using Brownian.Spacing;
using Brownian.Testing;
using static TorchSharp.torch;

namespace Brownian.Tests.Samplers;

public sealed class RePaintTests : LeakCheck
{
    [Fact]
    public void Known_pixels_stay_as_they_are_and_the_others_fit_them()
    {
        using var scope = NewDisposeScope();
        using var noise = new SeededNoise(4);
        var path = new VariancePreserving();
        var known = new KnownPixels(full(1, 2, 0.8), tensor(new[] { 1f, 0 }).reshape(1, 2));
        double Mean(int samples)
        {
            var schedule = new Jumps(new Trailing(), 4, samples).Levels(path, 40);
            var end = new RePaint { Known = known }.Run(new Pair(), noise.NormalLike(zeros(3000, 2)), schedule, noise);
            Assert.True((end.select(1, 0) == 0.8f).all().item<bool>());
            return end.select(1, 1).mean().item<float>();
        }

        // x1 given x0 = 0.8 has the mean 0.8·0.8 = 0.64, for correlation 0.8; without jumps too little of it arrives.
        var (once, often) = (Mean(1), Mean(12));
        Assert.Equal(0.64, often, 0.06);
        Assert.True(Math.Abs(once - 0.64) > 1.5 * Math.Abs(often - 0.64), $"{once} {often}");
    }

    [Fact]
    public void Nothing_known_and_no_jumps_is_ddim()
    {
        using var scope = NewDisposeScope();
        var path = DiscretePath.Linear();
        var x = linspace(-2, 2, 24, dtype: ScalarType.Float64).reshape(4, 6);
        foreach (var eta in new[] { 0, 0.4, 1 })
        {
            using SeededNoise first = new(1), second = new(1);
            var schedule = new Trailing().Levels(path, 20);
            var ddim = new Ddim(eta).Run(new GaussianOracle(), x, schedule, first);
            Assert.True(new RePaint(eta).Run(new GaussianOracle(), x, schedule, second).allclose(ddim, 1e-12, 1e-12));
        }
    }

    [Fact]
    public void Jumps_go_up_by_the_forward_process()
    {
        double Error(int steps)
        {
            var schedule = new Jumps(new Trailing(), 3, 3).Levels(new VariancePreserving(), steps);
            var (mean, variance) = LinearMoments.Of(new RePaint(), new GaussianOracle(), schedule, 0, 1);
            return Math.Abs(mean - 0.3) + Math.Abs(variance / 0.25 - 1);
        }

        // Up and down again leaves the distribution as it is, up to the error of the steps down, which is of first order.
        var (coarse, fine) = (Error(80), Error(160));
        Assert.True(fine < 0.65 * coarse, $"{coarse} {fine}");
        Assert.True(fine < 0.15, $"{fine}");
    }

    [Fact]
    public void The_walk_is_the_published_one()
    {
        var path = DiscretePath.Linear();
        double[] walk = [900, 800, 700, 600, 500, 600, 700, 600, 500, 400];
        Assert.Equal(walk, new Jumps(new Leading(), 2, 2).Levels(path, 10).Take(10).Select(level => level.Time));

        // 250 steps with jumps of 10 walked 10 times, as in the paper: 24 jumps × 9 times × 10 up and down.
        Assert.Equal(250 + 24 * 9 * 20, new Jumps(new Leading()).Levels(path, 250).Steps);
        Assert.Equal(new Trailing().Levels(path, 30), new Jumps(new Trailing(), 7, 1).Levels(path, 30));
    }

    [Fact]
    public void A_mask_that_does_not_fit_is_refused_with_a_way_out()
    {
        using var scope = NewDisposeScope();
        using var noise = new SeededNoise(4);
        var schedule = new Trailing().Levels(DiscretePath.Linear(), 4);
        string Refused(Tensor image, Tensor mask) => Assert.Throws<ArgumentException>(() => new RePaint { Known = new(image, mask) }.Run(
            new GaussianOracle(), zeros(2, 3, 8, 8), schedule, noise)).Message;
        Assert.Contains("mask: expected [2, 3, 8, 8]", Refused(zeros(2, 3, 8, 8), zeros(3, 8, 8)), StringComparison.Ordinal);
        Assert.Contains("Add a batch dimension with mask.unsqueeze(0).", Refused(zeros(2, 3, 8, 8), zeros(3, 8, 8)), StringComparison.Ordinal);
        Assert.Contains("Resize the image.", Refused(zeros(2, 3, 4, 4), zeros(2, 1, 8, 8)), StringComparison.Ordinal);
    }

    /// <summary>Two numbers N(0, 1) with correlation 0.8: exact belief.</summary>
    private sealed class Pair : IDenoiser
    {
        public Denoised Denoise(Tensor xt, NoiseLevel at)
        {
            // In the sum and the difference, independent with variances 1.8 and 0.2 (over √2).
            var (a, b) = (xt.select(1, 0), xt.select(1, 1));
            var (sum, difference) = ((a + b) / 2 * Weight(1.8), (a - b) / 2 * Weight(0.2));
            var x0 = stack([sum + difference, sum - difference], 1);
            return Denoised.FromX0(x0, xt, NoiseLevels.Of(at, xt));

            double Weight(double variance) => at.Alpha * variance / (at.Alpha * at.Alpha * variance + at.Sigma * at.Sigma);
        }
    }
}
