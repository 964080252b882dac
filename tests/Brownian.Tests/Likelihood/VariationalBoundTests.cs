using Brownian.Likelihood;
using Brownian.Paths;
using Brownian.Samplers;
using Brownian.Spacing;
using Brownian.Testing;
using static TorchSharp.torch;

namespace Brownian.Tests.Likelihood;

public sealed class VariationalBoundTests : LeakCheck
{
    private const double Mean = 0.1;
    private const double Std = 0.4;

    private static readonly DiscretePath Path = DiscretePath.Cosine(40).InDoublePrecision();

    [Fact]
    public void With_the_true_reverse_process_the_bound_is_the_negative_log_likelihood()
    {
        // Every reverse step of Gaussian data is Gaussian: with its mean and variance nothing is lost, however few the steps are.
        using var scope = NewDisposeScope();
        var schedule = Schedule(Path);
        var images = Images(64);
        using var noise = new RandomStream(2);
        var bound = new VariationalBound(new TrueReverse(schedule), schedule).Evaluate(images, noise);
        var gaps = bound.Select(terms => terms.Total).Zip(NegativeLogLikelihood(images), (ours, exact) => ours - exact).ToArray();
        var error = Math.Sqrt(gaps.Average(g => g * g) / gaps.Length);

        // The decoder's Φ is an approximation: 1e-3 bits.
        Assert.Equal(0, gaps.Average(), 4 * error + 1e-3);
        Assert.InRange(error, 0, 0.02);
    }

    [Fact]
    public void With_betas_variance_what_the_steps_lose_falls_as_one_over_their_number()
    {
        using var scope = NewDisposeScope();
        var images = Images(16);
        var losses = new List<double>();
        foreach (var steps in (int[])[20, 80, 320])
        {
            var schedule = Schedule(DiscretePath.Cosine(steps).InDoublePrecision());
            double Bits(IDenoiser denoiser, ReverseVariance variance)
            {
                using var noise = new RandomStream(3);
                return new VariationalBound(denoiser, schedule) { Variance = variance }.Evaluate(images, noise).Average(terms => terms.Total - terms.Reconstruction);
            }

            losses.Add(Bits(new GaussianOracle(Mean, Std), ReverseVariance.Largest) - Bits(new TrueReverse(schedule), ReverseVariance.Learned));
        }

        Assert.True(losses.All(loss => loss > 0), string.Join(", ", losses));
        Assert.Equal(4, losses[0] / losses[1], 1.2);
        Assert.Equal(4, losses[1] / losses[2], 0.8);
    }

    [Fact]
    public void Each_step_is_its_closed_form()
    {
        using var scope = NewDisposeScope();
        var schedule = Schedule(Path);
        var chain = new ReverseChain(schedule);
        var images = full(32, 1, 16, 16, 0.6f);
        using var noise = new RandomStream(4);
        var results = new VariationalBound(new GaussianOracle(Mean, Std), schedule).Evaluate(images, noise);
        for (var i = 0; i < chain.Count - 1; i++)
        {
            // x̂0 − x0 = −σ²/v·(x0 − mean) + α·std²·σ/v·ε
            var at = chain[i].From;
            var v = at.Alpha * at.Alpha * Std * Std + at.Sigma * at.Sigma;
            var error = Math.Pow(at.Sigma * at.Sigma / v * (0.6 - Mean), 2) + Math.Pow(at.Alpha * Std * Std * at.Sigma / v, 2);
            var bits = Math.Pow(chain[i].Posterior.OfX0, 2) * error / (2 * chain[i].Posterior.Variance * Math.Log(2));
            var values = results.Select(r => r.Steps[i]).ToArray();

            // 8192 squared normals: relative standard error √(2/8192) at most, and their cross term's.
            Assert.Equal(bits, values.Average(), 0.08 * bits);
            Assert.Equal(error, results.Average(r => r.X0Errors[i]), 0.08 * error);
            Assert.Equal(error * Math.Pow(at.Alpha / at.Sigma, 2), results.Average(r => r.EpsilonErrors[i]), 0.08 * error * Math.Pow(at.Alpha / at.Sigma, 2));
        }

        var start = chain[0].From;
        var prior = (start.Alpha * start.Alpha * 0.36 + start.Sigma * start.Sigma - 1 - 2 * Math.Log(start.Sigma)) / (2 * Math.Log(2));
        Assert.Equal(prior, results[0].Prior, 1e-6);
    }

    [Fact]
    public void The_first_steps_variance_needs_a_table_in_double_precision()
    {
        var betas = DiscretePath.Linear().Betas;
        using var exact = betas.Betas(2 + 998);
        var single = Posterior.Between(DiscretePath.Linear().At(1), DiscretePath.Linear().At(0)).StepVariance;
        var path = DiscretePath.Linear().InDoublePrecision();
        var both = Posterior.Between(path.At(1), path.At(0)).StepVariance;
        var beta = 1e-4 + (0.02 - 1e-4) / 999;
        Assert.Equal(beta, both, beta * 1e-10);
        Assert.True(Math.Abs(single - beta) > beta * 1e-5, "the float32 table would do");
        Assert.NotEqual(DiscretePath.Linear(), path);
    }

    [Fact]
    public void A_learned_variance_that_is_not_there_and_a_chain_that_does_not_end_are_explained()
    {
        using var scope = NewDisposeScope();
        var schedule = Schedule(Path);
        using var noise = new RandomStream(1);
        var bound = new VariationalBound(new GaussianOracle(), schedule) { Variance = ReverseVariance.Learned };
        Assert.Contains("no learned variance", Assert.Throws<ArgumentException>(() => bound.Evaluate(zeros(1, 1, 2, 2), noise)).Message, StringComparison.Ordinal);
        var open = new NoiseSchedule(Path, Path.Noisiest, Path.Cleanest);
        Assert.Contains("clean", Assert.Throws<ArgumentException>(() => new VariationalBound(new GaussianOracle(), open)).Message, StringComparison.Ordinal);
    }

    private static NoiseSchedule Schedule(DiscretePath path) => new Respaced($"{path.Count}").Levels(path, path.Count);

    /// <summary>Gaussian pictures, rounded to grey levels.</summary>
    private static Tensor Images(int count)
    {
        using var random = new RandomStream(1);
        var x = Mean + Std * random.NormalLike(zeros(count, 1, 16, 16));
        return ((x.clamp(-1, 1) + 1) * 127.5).round() / 127.5 - 1;
    }

    /// <summary>−log₂ of the probability of each pixel's grey level, averaged over the image.</summary>
    private static double[] NegativeLogLikelihood(Tensor images)
    {
        var x = images.to(ScalarType.Float64);
        Tensor Below(double half) => 0.5 * (1 + ((x + half - Mean) / (Std * Math.Sqrt(2))).erf());
        var (upper, lower) = (where(x > 0.999, ones_like(x), Below(1 / 255.0)), where(x < -0.999, zeros_like(x), Below(-1 / 255.0)));
        return [.. (-(upper - lower).log2()).flatten(1).mean([1]).data<double>()];
    }

    /// <summary>The mean of the oracle, and the variance that Gaussian data really have in a reverse step, told as a mix.</summary>
    private sealed class TrueReverse(NoiseSchedule schedule) : IDenoiser
    {
        private readonly GaussianOracle oracle = new(Mean, Std);
        private readonly ReverseChain chain = new(schedule);

        public Denoised Denoise(Tensor xt, NoiseLevel at)
        {
            var step = Enumerable.Range(0, chain.Count).Select(i => chain[i]).First(s => s.From == at);
            var left = Std * Std * at.Sigma * at.Sigma / (at.Alpha * at.Alpha * Std * Std + at.Sigma * at.Sigma);
            var variance = step.Posterior.Variance + Math.Pow(step.Posterior.OfX0, 2) * left;
            var mix = 2 * (Math.Log(variance) - step.LogSmallest) / (step.LogLargest - step.LogSmallest) - 1;
            return oracle.Denoise(xt, at) with { VarianceMix = full_like(xt, mix) };
        }
    }
}
