using Brownian.Training;

namespace Brownian.Tests.Training;

public sealed class OptimizerConfigTests
{
    [Theory]
    [InlineData(1, 0.1, 0.25)]     // warm-up: a quarter of the peak
    [InlineData(4, 0.1, 1)]
    [InlineData(1000, 0.9, 1)]
    public void Constant_rises_to_its_peak_and_stays(long step, double progress, double expected) =>
        Assert.Equal(expected, Config(LearningRateSchedule.Constant).RateAt(step, progress), 1e-12);

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1.0 / 3, 0.75)]
    [InlineData(0.5, 0.5)]
    [InlineData(1, 0)]
    [InlineData(1.5, 0)]           // the last step of a budget in minutes may end late
    public void Cosine_falls_to_zero_at_the_budgets_end(double progress, double expected) =>
        Assert.Equal(expected, Config(LearningRateSchedule.Cosine).RateAt(100, progress), 1e-12);

    [Fact]
    public void Cosine_ends_at_the_fraction_asked_for() =>
        Assert.Equal(0.1, (Config(LearningRateSchedule.Cosine) with { FinalFraction = 0.1 }).RateAt(100, 1), 1e-12);

    [Fact]
    public void Warm_up_and_cosine_multiply() =>
        Assert.Equal(0.5 * 0.75, Config(LearningRateSchedule.Cosine).RateAt(2, 1.0 / 3), 1e-12);

    private static OptimizerConfig Config(LearningRateSchedule schedule) => new() { LearningRate = 1, WarmupSteps = 4, Schedule = schedule };
}
