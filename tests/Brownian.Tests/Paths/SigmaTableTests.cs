using Brownian.Paths;
using Brownian.Spacing;

namespace Brownian.Tests.Paths;

public sealed class SigmaTableTests
{
    [Fact]
    public void The_ladder_of_ncsn_is_geometric()
    {
        var path = new SigmaTable();
        double[] published = [1, 0.59948425, 0.35938137, 0.21544347, 0.12915497, 0.07742637, 0.04641589, 0.02782559, 0.01668101, 0.01];
        var schedule = new Linspace().Levels(path, 10);
        Assert.All(published.Zip(schedule), pair => Assert.Equal(pair.First, pair.Second.Sigma, 1e-8));
        Assert.Equal(Enumerable.Range(0, 10).Select(i => 9.0 - i), schedule.SkipLast(1).Select(level => level.Time));
        Assert.True(schedule[^1].IsClean);
    }

    [Fact]
    public void An_exponential_spacing_of_as_many_steps_visits_every_rung_once()
    {
        var path = new SigmaTable(50, 0.01, 232);
        var schedule = new Exponential().Levels(path, 232);
        Assert.All(Enumerable.Range(0, 232), i => Assert.Equal(231.0 - i, schedule[i].Time, 1e-9));
    }

    [Fact]
    public void A_uniform_ladder_has_equal_distances()
    {
        var path = new SigmaTable(2, 0.5, 4, LadderShape.Uniform);
        Assert.Equal([0.5, 1, 1.5, 2], Enumerable.Range(0, 4).Select(i => path.At(i).Sigma));
    }

    [Fact]
    public void Impossible_ladders_and_rungs_are_refused()
    {
        Assert.Contains("0 < sigmaMin < sigmaMax", Assert.Throws<ArgumentException>(() => new SigmaTable(0.01, 1)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new SigmaTable(1, 0.01, 1));
        Assert.Contains("a rung in [0, 9]", Assert.Throws<UnsupportedLevelException>(() => new SigmaTable().At(9.5)).Message, StringComparison.Ordinal);
    }
}
