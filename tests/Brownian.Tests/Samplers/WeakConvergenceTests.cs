using Brownian.Paths;
using Brownian.Samplers;
using Brownian.Spacing;
using Brownian.Testing;

namespace Brownian.Tests.Samplers;

/// <summary>Mean and variance of stochastic samplers' results, exactly, against the closed form of Gaussian data.</summary>
public sealed class WeakConvergenceTests : LeakCheck
{
    private const double Mean = 0.3;
    private const double Deviation = 0.5;

    private static readonly int[] Counts = [100, 200, 400];

    public static TheoryData<Sampler, string> Solvers
    {
        get
        {
            var data = new TheoryData<Sampler, string>();
            foreach (var path in new[] { "vp", "subvp", "ve" })
            {
                foreach (var stochasticity in new[] { 0, 0.5, 1 })
                {
                    data.Add(new ReverseSde(stochasticity), path);
                    data.Add(new ReverseDiffusion(stochasticity), path);
                }

                data.Add(new Ancestral(), path);
                data.Add(new Ancestral(ReverseVariance.Largest), path);
                data.Add(new Ddim(1), path);
                data.Add(new DpmSolverPlusPlus(1) { Stochastic = true }, path);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Solvers))]
    public void Mean_and_variance_converge_at_first_order(Sampler sampler, string path)
    {
        var errors = Counts.Select(count => Errors(sampler, (ContinuousPath)PathRows.All[path], count)).ToArray();

        // An error that is 0 from the start has no order; one may also be lost by luck, and the order be higher.
        foreach (var series in new[] { errors.Select(e => e.Mean).ToArray(), errors.Select(e => e.Variance).ToArray() })
        {
            var order = Math.Log2(series[0] / series[2]) / 2;
            Assert.True(series[2] < 1e-10 || order > 0.85, $"order {order:f2}: {string.Join(' ', series.Select(e => $"{e:e2}"))}");
            Assert.True(series[2] < 0.12, $"{series[2]}");
        }
    }

    [Fact]
    public void More_noise_of_the_same_family_has_the_same_marginals()
    {
        var path = new VariancePreserving();
        var ends = new[] { 0, 0.7, 1, 1.5 }.Select(s => Errors(new ReverseSde(s), path, 2000));
        Assert.All(ends, error => Assert.True(error is { Mean: < 4e-3, Variance: < 4e-3 }, $"{error}"));
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.3)]
    public void Annealed_langevin_steps_at_one_level_reach_their_known_variance(double ratio)
    {
        var path = new VarianceExploding();
        var level = path.AtNoiseToSignal(0.8);
        var schedule = new NoiseSchedule(path, level, level);
        var sampler = new PredictorCorrector { Predictor = null, Corrector = new AnnealedLangevinCorrector(ratio, 2000) };
        var (mean, variance) = LinearMoments.Of(sampler, new GaussianOracle(Mean, Deviation), schedule, 7, 30);

        // x ← (1 − a/v)·x + √(2a)·z has the fixed point v/(1 − a/2v): the discrete steps are not quite the continuous process.
        var (v, a) = (Deviation * Deviation + 0.64, 2 * ratio * ratio * 0.64);
        Assert.Equal(Mean, mean, 1e-9);
        Assert.Equal(v / (1 - a / (2 * v)), variance, 1e-9);
    }

    [Fact]
    public void A_corrector_takes_nothing_away_from_a_good_predictor()
    {
        var path = new VariancePreserving();
        var predictor = new ReverseDiffusion();
        var alone = Errors(predictor, path, 200);
        var corrected = Errors(new PredictorCorrector { Predictor = predictor, Corrector = new AnnealedLangevinCorrector(0.1) }, path, 200);
        Assert.True(corrected.Variance < alone.Variance + 0.01, $"{corrected} {alone}");
        Assert.True(corrected.Mean < alone.Mean + 1e-9, $"{corrected} {alone}");
    }

    [Theory]
    [InlineData(5, 0.08)] // NCSNv2's settings on CIFAR-10
    [InlineData(25, 0.04)]
    public void Annealed_langevin_dynamics_comes_nearer_to_the_datas_variance_with_more_steps(int stepsPerLevel, double error)
    {
        var path = new SigmaTable(50, 0.01, 232);
        var schedule = new Exponential().Levels(path, 232);
        var (mean, variance) = LinearMoments.Of(new AnnealedLangevin(StepsPerLevel: stepsPerLevel), new GaussianOracle(Mean, Deviation), schedule, 0.5, 1.0 / 12);
        Assert.Equal(Mean, mean, 0.01);
        Assert.Equal(1, Math.Sqrt(variance) / Deviation, error);
    }

    /// <summary>Relative errors of mean and variance at time 0.1, from the exact distribution at the noisiest level.</summary>
    private static (double Mean, double Variance) Errors(Sampler sampler, ContinuousPath path, int count)
    {
        var times = Enumerable.Range(0, count + 1).Select(i => 1 - 0.9 * i / count);
        var schedule = new NoiseSchedule(path, times.Select(path.At));
        var (start, end) = (schedule[0], schedule[^1]);
        var (mean, variance) = LinearMoments.Of(sampler, new GaussianOracle(Mean, Deviation), schedule, start.Alpha * Mean, Variance(start));
        return (Math.Abs(mean / (end.Alpha * Mean) - 1), Math.Abs(variance / Variance(end) - 1));
    }

    private static double Variance(NoiseLevel at) => at.Alpha * at.Alpha * Deviation * Deviation + at.Sigma * at.Sigma;
}
