using Brownian.Checkpoints;
using Brownian.Ode;
using Brownian.Samplers;
using Brownian.Training;

namespace Brownian.Tests.Samplers;

public sealed class SamplerOptionsTests
{
    [Theory]
    [InlineData("ddim", "eta=0.5", "eta")]
    [InlineData("heun", "churn=40, churn_from=0.05, churn_to=50, noise_scale=1.003", "churn churn_from churn_to noise_scale")]
    [InlineData("dpm++2m", "order=3", "order")]
    [InlineData("predictor-corrector", "snr=0.17, corrector_steps=2, stochasticity=0", "snr corrector_steps stochasticity")]
    [InlineData("annealed-langevin", "step_size=2e-5, steps_per_level=100", "step_size steps_per_level")]
    [InlineData("probability-flow", "rtol=1e-3, atol=1e-4", "rtol atol")]
    [InlineData("tcd", "gamma=0.8", "gamma")]
    [InlineData("ancestral", "", "")]
    public void Each_sampler_has_its_own_settings(string name, string assignments, string has)
    {
        var sampler = SamplerCatalog.Find(name);
        Assert.Equal(has.Split(' ', StringSplitOptions.RemoveEmptyEntries).Order(), SamplerOptions.Of(sampler).Order());
        var settings = SamplerSettings.Parse(assignments.Split(", ", StringSplitOptions.RemoveEmptyEntries));
        var changed = SamplerOptions.Apply(sampler, settings);
        Assert.Equal(assignments.Length == 0, changed == sampler);
        Assert.Equal(sampler.GetType(), changed.GetType());
    }

    [Fact]
    public void Settings_reach_the_sampler()
    {
        Assert.Equal(new Heun { Churn = new(40, 0.05, 50, 1.003) }, Applied("heun", "churn=40", "churn_from=0.05", "churn-to=50", "noise_scale=1.003"));
        Assert.Equal(
            new PredictorCorrector { Predictor = new ReverseDiffusion(0), Corrector = new LangevinCorrector(0.17, 2) },
            Applied("pc", "snr=0.17", "corrector_steps=2", "stochasticity=0"));
        Assert.Null(((PredictorCorrector)Applied("pc", "corrector_steps=0")).Corrector);
        Assert.Equal(new ProbabilityFlow { Solver = new AdaptiveSteps { RelativeTolerance = 1e-3, AbsoluteTolerance = 1e-4 } }, Applied("ode", "rtol=1e-3", "atol=1e-4"));
        Assert.Equal(new AnnealedLangevin(2e-5, 100), Applied("ncsn", "step_size=2e-5", "steps_per_level=100"));
    }

    [Theory]
    [InlineData("eta=0.5", "heun has no setting 'eta'. It has: churn, churn_from, churn_to, noise_scale.")]
    [InlineData("churn", "expected name=number, such as eta=0.5; got 'churn'.")]
    [InlineData("churn=much", "expected name=number, such as eta=0.5; got 'churn=much'.")]
    public void A_wrong_setting_says_which_there_are(string assignment, string message) =>
        Assert.Contains(message, Assert.Throws<ArgumentException>(() => Applied("heun", assignment)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_number_out_of_range_is_refused_by_the_sampler()
    {
        Assert.Contains("expected more than 0 for snr; got 0", Assert.Throws<ArgumentException>(() => Applied("pc", "snr=0")).Message, StringComparison.Ordinal);
        Assert.Contains("expected a whole number from 1 to 3 for order; got 2.5", Assert.Throws<ArgumentException>(() => Applied("dpm++2m", "order=2.5")).Message, StringComparison.Ordinal);
        Assert.Contains("from 1 to 4 for order; got 5", Assert.Throws<ArgumentException>(() => Applied("lms", "order=5")).Message, StringComparison.Ordinal);
        Assert.Contains("expected a number from 0 to 1 for gamma; got 2", Assert.Throws<ArgumentException>(() => Applied("tcd", "gamma=2")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_family_recommends_its_settings_and_another_sampler_does_not_inherit_them()
    {
        var family = ConfigFile.Load("tiny", family: "ve");
        Assert.Equal(SamplerSettings.Parse(["snr=0.16", "corrector_steps=1"]), family.Samples.Options);
        Assert.Equal(family.Samples, ConfigFile.Read(ConfigFile.Write(family)).Samples);
        Assert.Null(ConfigFile.With(family, ["samples.sampler=heun"]).Samples.Options);
        Assert.Equal(0.2, ConfigFile.With(family, ["samples.options.snr=0.2"]).Samples.Options!["snr"]);
        Assert.Contains("no setting 'eta'", Assert.Throws<ArgumentException>(() => ConfigFile.With(family, ["samples.options.eta=1"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Recommendations_with_the_same_numbers_are_equal()
    {
        RecommendedSampling Advice(string snr) => new("pc", "linspace", 10) { Options = SamplerSettings.Parse([snr]) };
        Assert.Equal(Advice("snr=0.16"), Advice("snr=0.16"));
        Assert.NotEqual(Advice("snr=0.16"), Advice("snr=0.17"));
        Assert.Equal(new LangevinCorrector(0.17), ((PredictorCorrector)Advice("snr=0.17").Method()).Corrector);
    }

    private static Sampler Applied(string name, params string[] assignments) =>
        SamplerOptions.Apply(SamplerCatalog.Find(name), SamplerSettings.Parse(assignments));
}
