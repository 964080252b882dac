using Brownian.Paths;
using Brownian.Spacing;
using Brownian.Testing;

namespace Brownian.Tests.Spacing;

public sealed class SpacingTests
{
    public static TheoryData<string, string> Pairs()
    {
        var pairs = new TheoryData<string, string>();
        foreach (var row in SpacingCatalog.All)
        {
            foreach (var path in PathRows.All.Keys)
            {
                pairs.Add(row.Names[0], path);
            }
        }

        return pairs;
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Noise_falls_from_the_noisiest_level_to_clean_data(string spacing, string path)
    {
        var process = PathRows.All[path];
        foreach (var steps in new[] { 1, 2, 7, 30 })
        {
            var schedule = SpacingCatalog.Find(spacing).Levels(process, steps);
            Assert.Equal(steps, schedule.Steps);
            Assert.Equal(process.Clean, schedule[^1]);
            Assert.All(schedule.Zip(schedule.Skip(1)), pair => Assert.True(pair.Second.NoiseToSignal < pair.First.NoiseToSignal, $"{pair}"));
            if (spacing is not ("leading" or "iddpm-steps") && double.IsFinite(process.Noisiest.NoiseToSignal))
            {
                Assert.Equal(process.Noisiest.NoiseToSignal, schedule[0].NoiseToSignal, 1e-6 * process.Noisiest.NoiseToSignal);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void With_an_end_at_the_cleanest_level_no_step_is_empty_if_the_last_point_is_left_out(string spacing, string path)
    {
        var process = PathRows.All[path];
        var schedule = (SpacingCatalog.Find(spacing) switch
        {
            TimeSpacing time => (ISpacing)(time with { End = FinalLevel.Cleanest, SkipLast = true }),
            Crash crash => crash with { End = FinalLevel.Cleanest },
            FlowShift flow => flow with { End = FinalLevel.Cleanest },
            var ratio => (RatioSpacing)ratio with { End = FinalLevel.Cleanest, SkipLast = true },
        }).Levels(process, 9);
        Assert.Equal(process.Cleanest, schedule[^1]);
        Assert.All(schedule.Zip(schedule.Skip(1)), pair => Assert.True(pair.Second.NoiseToSignal < pair.First.NoiseToSignal, $"{pair}"));
    }

    [Fact]
    public void Trailing_on_a_straight_path_is_its_even_division() =>
        Assert.Equal([1, 0.75, 0.5, 0.25, 0], new Trailing().Levels(new RectifiedFlow(), 4).Select(level => level.Time));

    [Fact]
    public void Stable_diffusions_offset_moves_every_step() =>
        Assert.Equal([751, 501, 251, 1, -1], new Leading(1).Levels(DiscretePath.ScaledLinear(), 4).Select(level => level.Time));

    [Fact]
    public void Karras_has_the_papers_levels()
    {
        // Karras et al. 2022, eq. 5, with 18 steps, σ from 80 to 0.002 and ρ = 7.
        var schedule = new Karras().Levels(new EdmPath(), 18);
        var expected = Enumerable.Range(0, 18).Select(i =>
            Math.Pow(Math.Pow(80, 1 / 7.0) + i / 17.0 * (Math.Pow(0.002, 1 / 7.0) - Math.Pow(80, 1 / 7.0)), 7));
        Assert.All(expected.Zip(schedule), pair => Assert.Equal(pair.First, pair.Second.Sigma, 1e-9));
        Assert.Equal(57.586, schedule[1].Sigma, 1e-3);
    }

    [Theory]
    [InlineData(0.6, 0.6, 0.5, 0.5)]
    [InlineData(2, 1, 0.3, 0.54772255750516611)]
    [InlineData(1, 3, 0.3, 0.11209599825739935)]
    [InlineData(0.5, 0.5, 0.1, 0.024471741852423214)]
    [InlineData(0.5, 0.5, 0.98, 0.99901336421413578)]
    public void Quantiles_of_the_beta_distribution_are_those_of_closed_forms(double a, double b, double p, double x) =>
        Assert.Equal(x, BetaDistribution.Quantile(p, a, b), 1e-12);

    [Fact]
    public void More_steps_than_a_table_has_are_refused()
    {
        var error = Assert.Throws<ArgumentException>(() => new Trailing().Levels(DiscretePath.Linear(10), 11));
        Assert.Contains("at most 10 steps", error.Message, StringComparison.Ordinal);
        Assert.Equal(11, new Karras().Levels(DiscretePath.Linear(10), 11).Steps);
        Assert.Throws<ArgumentOutOfRangeException>(() => new Karras().Levels(DiscretePath.Linear(10), 0));
    }

    [Fact]
    public void A_schedule_is_entered_in_the_middle()
    {
        var schedule = new Trailing().Levels(DiscretePath.Linear(), 10);
        Assert.Equal(schedule.Skip(4), schedule.From(4));
        Assert.Equal(4, schedule.StepFrom(schedule[4]));
        Assert.Equal(-1, schedule.StepFrom(schedule[4], 5));
        Assert.Throws<ArgumentException>(() => schedule.From(10));
    }
}
