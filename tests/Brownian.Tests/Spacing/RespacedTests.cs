using Brownian.Paths;
using Brownian.Spacing;

namespace Brownian.Tests.Spacing;

public sealed class RespacedTests
{
    [Fact]
    public void Sections_are_spread_evenly_each_within_its_part()
    {
        var times = new Respaced("10,15,20").Times(300);
        Assert.Equal(45, times.Count);
        Assert.Equal([0, 11, 22], times.Take(3));
        Assert.Equal((99, 100, 199, 200, 299), (times[9], times[10], times[24], times[25], times[44]));
    }

    [Fact]
    public void A_number_keeps_both_ends_and_ddim_keeps_the_stride()
    {
        Assert.Equal([0, 42, 83, 125], new Respaced("25").Times(1000).Take(4));      // 41.625·i, rounded
        Assert.Equal(999, new Respaced("25").Times(1000)[^1]);
        Assert.Equal(Enumerable.Range(0, 25).Select(i => 40 * i), new Respaced("ddim25").Times(1000));
        Assert.Equal([0], new Respaced("1").Times(1000));
    }

    [Fact]
    public void The_levels_are_those_of_the_path_and_end_clean()
    {
        var path = DiscretePath.Linear();
        var levels = new Respaced("ddim4").Levels(path, 4);
        Assert.Equal([path.At(750), path.At(500), path.At(250), path.At(0), path.Clean], levels);
    }

    [Theory]
    [InlineData("ddim300", "whole stride")]
    [InlineData("2000", "at most the 1000")]
    [InlineData("10,x", "expected \"25\"")]
    [InlineData("0", "expected \"25\"")]
    public void What_cannot_be_is_explained(string text, string message) =>
        Assert.Contains(message, Assert.Throws<ArgumentException>(() => new Respaced(text).Times(1000)).Message, StringComparison.Ordinal);

    [Fact]
    public void Another_number_of_steps_and_a_continuous_path_are_refused()
    {
        Assert.Contains("gives 4 steps", Assert.Throws<ArgumentException>(() => new Respaced("4").Levels(DiscretePath.Linear(), 5)).Message, StringComparison.Ordinal);
        Assert.Contains("discrete path", Assert.Throws<ArgumentException>(() => new Respaced("4").Levels(new EdmPath(), 4)).Message, StringComparison.Ordinal);
    }
}
