using Brownian.Checkpoints;
using Brownian.Testing;
using Brownian.Verification;

namespace Brownian.Tests.Verification;

public sealed class SchedulerCasesTests : LeakCheck
{
    /// <summary>Rows of the schedulers that are implemented, so that none of them drops out unseen.</summary>
    [Theory]
    [InlineData("upstream_tests.json", 125)]
    [InlineData("loops.json", 238)]
    [InlineData("options.json", 280)]
    [InlineData("configurations.json", 468)]
    [InlineData("analytic_gaussian.json", 108)]
    public void Every_row_of_an_implemented_scheduler_passes(string file, int passing)
    {
        var results = GoldenFolder.Run(Path.Combine(GoldenData.At("schedulers"), file)).ToArray();
        Assert.DoesNotContain(results, result => result.Outcome == CaseOutcome.Fail);
        Assert.DoesNotContain(results, result => result.Outcome == CaseOutcome.Unsupported && DiffusersScheduler.Knows(result.Kind.Split(' ')[0]));
        Assert.Equal(passing, results.Count(result => result.Outcome == CaseOutcome.Pass));
    }

    /// <summary>What torch's generator draws first after manual_seed(0), from 0 to 2⁶³ − 1.</summary>
    [Fact]
    public void Where_no_seed_is_given_the_motion_has_the_one_that_diffusers_draws() =>
        Assert.Equal(900450186894289456UL, BrownianReplay.DrawnSeed());

    [Fact]
    public void A_changed_number_fails_its_row()
    {
        var folder = Directory.CreateTempSubdirectory("brownian-verify");
        try
        {
            var file = Path.Combine(folder.FullName, "rows.json");
            File.WriteAllText(file, """
                {"loops": [
                  {"scheduler": "DDIMScheduler", "config": {"clip_sample": true}, "step_kwargs": {}, "N": 3, "sum_abs": 100.0},
                  {"scheduler": "NoSuchScheduler", "config": {}, "step_kwargs": {}, "N": 3, "sum_abs": 100.0},
                  {"scheduler": "DDIMScheduler", "config": {"beta_schedule": "square"}, "step_kwargs": {}, "N": 3, "sum_abs": 100.0}]}
                """);
            var results = GoldenFolder.Run(folder.FullName).ToArray();
            Assert.Equal([CaseOutcome.Fail, CaseOutcome.Unsupported, CaseOutcome.Fail], results.Select(result => result.Outcome));
            Assert.Contains("sum_abs", results[0].Detail, StringComparison.Ordinal);
            Assert.Contains("beta_schedule 'square' is not known", results[2].Detail, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
