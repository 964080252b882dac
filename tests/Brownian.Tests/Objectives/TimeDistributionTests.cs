using Brownian.Objectives;

namespace Brownian.Tests.Objectives;

public sealed class TimeDistributionTests
{
    private static readonly CirclePath Path = new();

    public static TheoryData<TimeDistribution> All =>
        [new UniformStep(), new UniformTime(), new LogNormalSigma(), new LogitNormalTime(), new LossSecondMoment()];

    [Fact]
    public void Uniform_steps_visit_every_step_equally_often()
    {
        var counts = new int[1000];
        for (var i = 0; i < 10_000; i++)
        {
            counts[(int)new UniformStep().Quantile(Path, (i + 0.5) / 10_000).Time]++;
        }

        Assert.All(counts, count => Assert.Equal(10, count));
    }

    [Fact]
    public void Uniform_steps_stay_on_the_path_at_the_ends_of_the_unit_interval()
    {
        Assert.Equal(0, new UniformStep().Quantile(Path, 0).Time);
        Assert.Equal(999, new UniformStep().Quantile(Path, Math.BitDecrement(1.0)).Time);
    }

    [Fact]
    public void Log_normal_sigma_has_the_mean_and_deviation_asked_for()
    {
        using var random = new RandomStream(1);
        var logs = new LogNormalSigma(-0.5, 0.8).Draw(Path, 20_000, random, stratified: false)
            .Select(level => Math.Log(level.NoiseToSignal)).ToArray();
        var mean = logs.Average();
        var std = Math.Sqrt(logs.Average(x => (x - mean) * (x - mean)));
        Assert.Equal(-0.5, mean, 4 * 0.8 / Math.Sqrt(logs.Length));    // four standard errors
        Assert.Equal(0.8, std, 4 * 0.8 / Math.Sqrt(2.0 * logs.Length));
    }

    [Fact]
    public void Logit_normal_times_have_the_middle_of_the_path_as_median()
    {
        Assert.Equal(999 / 2.0, new LogitNormalTime().Quantile(Path, 0.5).Time, 1e-9);
        Assert.Equal(999 / (1 + Math.Exp(-1)), new LogitNormalTime(1, 2).Quantile(Path, 0.5).Time, 1e-9);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void More_quantile_is_more_noise(TimeDistribution times)
    {
        var ratios = Enumerable.Range(0, 50).Select(i => times.Quantile(Path, i / 50.0).NoiseToSignal).ToArray();
        Assert.Equal(ratios.Order(), ratios);
        Assert.True(ratios[^1] > ratios[0]);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_stratified_batch_has_one_level_in_each_stratum(TimeDistribution times)
    {
        using var random = new RandomStream(7);
        var drawn = times.Draw(Path, 16, random, stratified: true).Select(l => l.NoiseToSignal).Order().ToArray();
        for (var i = 0; i < 16; i++)
        {
            Assert.InRange(drawn[i], times.Quantile(Path, i / 16.0).NoiseToSignal, times.Quantile(Path, Math.Min((i + 1) / 16.0, 0.9999999)).NoiseToSignal);
        }
    }

    [Theory]
    [InlineData(0.5, 0)]
    [InlineData(0.975, 1.9599639845400545)]
    [InlineData(0.001, -3.0902323061678132)]
    [InlineData(1e-9, -5.997807015007686)]
    public void The_normal_quantile_matches_tables(double u, double expected) =>
        Assert.Equal(expected, NormalQuantile.At(u), 1e-9);
}
