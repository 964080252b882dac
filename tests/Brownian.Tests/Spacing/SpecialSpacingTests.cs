using Brownian.Paths;
using Brownian.Spacing;

namespace Brownian.Tests.Spacing;

public sealed class SpecialSpacingTests
{
    [Fact]
    public void A_shift_multiplies_noise_to_signal()
    {
        foreach (var path in new GaussianPath[] { new RectifiedFlow(), new EdmPath(), DiscretePath.Linear() })
        {
            var (plain, shifted) = (new FlowShift { Largest = 0.9 }.Levels(path, 7), new FlowShift(3) { Largest = 0.9 }.Levels(path, 7));
            Assert.All(plain.Zip(shifted).SkipLast(1), pair => Assert.Equal(3 * pair.First.NoiseToSignal, pair.Second.NoiseToSignal, 1e-9));
            Assert.Equal(path.Clean, shifted[^1]);
        }
    }

    [Fact]
    public void A_terminal_time_and_a_shape_keep_the_ends()
    {
        var path = new RectifiedFlow();
        var spacing = new FlowShift(2) { Smallest = 0.01, SkipLast = false, Terminal = 0.1 };
        var schedule = spacing.Levels(path, 5);
        Assert.Equal([1, 0.1, 0], new[] { schedule[0].Time, schedule[^2].Time, schedule[^1].Time }.Select(t => Math.Round(t, 12)));
        var karras = (spacing with { Shape = new Karras() }).Levels(path, 5);
        Assert.Equal(schedule[^2].Time, karras[^2].Time, 1e-9);
        Assert.Equal(Math.Pow((1 + Math.Pow(0.1, 1 / 7.0)) / 2, 7), karras[2].Time, 1e-9);
        Assert.Equal(1, spacing.Levels(path, 1)[0].Time);
    }

    [Fact]
    public void The_shift_of_an_image_grows_with_its_tokens()
    {
        Assert.Equal(0.5, FlowShift.Mu(256), 1e-12);
        Assert.Equal(1.15, FlowShift.Mu(4096), 1e-12);
        Assert.Equal(0.825, FlowShift.Mu(2176), 1e-12);
    }

    [Fact]
    public void Distilled_times_are_a_part_of_the_trained_ones()
    {
        var path = DiscretePath.ScaledLinear();
        Assert.Equal([999, 759, 499, 259, -1], new Distilled().Levels(path, 4).Select(level => level.Time));
        Assert.Equal([999, -1], new Distilled().Levels(path, 1).Select(level => level.Time));
        Assert.Contains("at most 50 steps", Assert.Throws<ArgumentException>(() => new Distilled().Levels(path, 51)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_karras_table_gives_every_nth_entry_or_those_asked_for()
    {
        var path = new EdmPath();
        var all = new KarrasTable().Levels(path, 40);
        Assert.Equal(new Karras().Levels(path, 40).Select(level => Math.Round(level.Sigma, 9)), all.Select(level => Math.Round(level.Sigma, 9)));
        Assert.Equal([all[0], all[10], all[20], all[30]], new KarrasTable().Levels(path, 4).Take(4));
        Assert.Equal([all[0], all[7]], (new KarrasTable { Entries = [0, 7] }).Levels(path, 2).Take(2));
        Assert.Contains("2 ascending entries in [0, 39]", Assert.Throws<ArgumentException>(() => new KarrasTable { Entries = [7, 0] }.Levels(path, 2)).Message, StringComparison.Ordinal);
        Assert.Contains("at most 40 steps", Assert.Throws<ArgumentException>(() => new KarrasTable().Levels(path, 41)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Given_ratios_are_the_levels()
    {
        double[] sigmas = [14.615, 6.475, 1.886, 0.152];
        var schedule = new ListedRatios(sigmas).Levels(DiscretePath.ScaledLinear(), 4);
        Assert.All(sigmas.Zip(schedule), pair => Assert.Equal(pair.First, pair.Second.NoiseToSignal, 1e-12));
        Assert.True(schedule[^1].IsClean);
        Assert.Equal(new ListedRatios([2, 1]), new ListedRatios([2, 1]));
        Assert.Contains("expected as many steps as values", Assert.Throws<ArgumentException>(() => new ListedRatios(sigmas).Levels(new EdmPath(), 5)).Message, StringComparison.Ordinal);
        Assert.Contains("got 3 after 2", Assert.Throws<ArgumentException>(() => new ListedRatios([2, 3]).Levels(new EdmPath(), 2)).Message, StringComparison.Ordinal);
        Assert.Contains("the end is added", Assert.Throws<ArgumentException>(() => new ListedRatios([2, 0]).Levels(new EdmPath(), 2)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_does_not_fit_the_path_is_refused()
    {
        Assert.Contains("still has some signal", Assert.Throws<ArgumentException>(() => new KarrasTable().Levels(new RectifiedFlow(), 4)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new Jumps(new Trailing(), 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Jumps(new Trailing(), 1, 0));
    }
}
