using System.Text.Json.Nodes;
using Brownian.Checkpoints;
using Brownian.Parameterizations;
using Brownian.Paths;
using Brownian.Samplers;
using Brownian.Spacing;

namespace Brownian.Tests.Checkpoints;

public sealed class DiffusersMethodTests
{
    [Theory]
    [InlineData("DDIMInverseScheduler", typeof(DiscretePath), typeof(DdimInverse))]
    [InlineData("UnCLIPScheduler", typeof(DiscretePath), typeof(Ancestral))]
    [InlineData("RePaintScheduler", typeof(DiscretePath), typeof(RePaint))]
    [InlineData("LCMScheduler", typeof(DiscretePath), typeof(MultistepConsistency))]
    [InlineData("TCDScheduler", typeof(DiscretePath), typeof(Tcd))]
    [InlineData("CMStochasticIterativeScheduler", typeof(EdmPath), typeof(MultistepConsistency))]
    [InlineData("ScoreSdeVeScheduler", typeof(VarianceExploding), typeof(PredictorCorrector))]
    [InlineData("ScoreSdeVpScheduler", typeof(VariancePreserving), typeof(ReverseSde))]
    [InlineData("KarrasVeScheduler", typeof(EdmPath), typeof(Heun))]
    [InlineData("CosineDPMSolverMultistepScheduler", typeof(EdmPath), typeof(DpmSolverPlusPlus))]
    [InlineData("FlowMatchEulerDiscreteScheduler", typeof(RectifiedFlow), typeof(Euler))]
    [InlineData("FlowMatchHeunDiscreteScheduler", typeof(RectifiedFlow), typeof(ProbabilityFlow))]
    public void A_class_is_read_as_a_path_and_a_sampler(string name, Type path, Type sampler)
    {
        var scheduler = DiffusersScheduler.Read(name, []);
        Assert.IsType(path, scheduler.Path);
        Assert.IsType(sampler, scheduler.Sampler);
        Assert.True(scheduler.Spacing.Levels(scheduler.Path, 5).Steps >= 5);
        Assert.Equal(name, scheduler.Config["_class_name"]!.GetValue<string>());
    }

    [Fact]
    public void Score_networks_of_diffusers_know_data_in_0_to_1_and_ours_are_twice_as_large()
    {
        var ours = DiffusersScheduler.Read("ScoreSdeVeScheduler", []);
        var theirs = DiffusersScheduler.Read("ScoreSdeVeScheduler", [], asDiffusers: true);
        Assert.Equal(new VarianceExploding(0.02, 2696), ours.Path);
        Assert.Equal(new VarianceExploding(0.01, 1348), theirs.Path);
        Assert.Equal(new PredictScore { Told = NoiseLabel.Sigma, UnitData = true }, ours.Parameterization);
    }

    [Fact]
    public void Stable_audio_is_told_the_angle_and_sampled_by_the_sde()
    {
        using var scope = TorchSharp.torch.NewDisposeScope();
        var scheduler = DiffusersScheduler.Read("CosineDPMSolverMultistepScheduler", []);
        Assert.Equal(new PredictEdm(1) { Negative = true, Told = NoiseLabel.Angle }, scheduler.Parameterization);
        Assert.Equal(new DpmSolverPlusPlus(2) { Stochastic = true }, scheduler.Sampler);
        var start = scheduler.Spacing.Levels(scheduler.Path, 5)[0];
        var label = scheduler.Parameterization.Label(NoiseLevels.Of(start, TorchSharp.torch.zeros(1, dtype: TorchSharp.torch.ScalarType.Float64)));
        Assert.Equal(2 / Math.PI * Math.Atan(500), label.item<double>(), 1e-12);
    }

    [Fact]
    public void Flow_matching_shifts_once_and_only_diffusers_twice()
    {
        JsonObject config = new() { ["shift"] = 3.0 };
        var ours = DiffusersScheduler.Read("FlowMatchEulerDiscreteScheduler", config);
        var theirs = DiffusersScheduler.Read("FlowMatchEulerDiscreteScheduler", config, asDiffusers: true);
        Assert.Equal(0.003 / 1.002, ours.Spacing.Levels(ours.Path, 10)[^2].Time, 1e-12);
        Assert.Equal(0.008928571, theirs.Spacing.Levels(theirs.Path, 10)[^2].Time, 1e-8);
    }

    [Theory]
    [InlineData("""{"use_dynamic_shifting": true, "mu": 0.7}""", 2.0137527074704766)]
    [InlineData("""{"use_dynamic_shifting": true, "mu": 0.7, "time_shift_type": "linear"}""", 0.7)]
    [InlineData("""{"use_dynamic_shifting": true, "base_shift": 0.25}""", 1.2840254166877414)]
    public void Dynamic_shifts_are_read(string config, double factor)
    {
        var scheduler = DiffusersScheduler.Read("FlowMatchEulerDiscreteScheduler", JsonNode.Parse(config)!.AsObject());
        Assert.Equal(factor, ((FlowShift)scheduler.Spacing).Shift, 1e-12);
    }

    [Theory]
    [InlineData("FlowMatchEulerDiscreteScheduler", """{"use_karras_sigmas": true, "use_beta_sigmas": true}""", "expected one of use_karras_sigmas")]
    [InlineData("FlowMatchEulerDiscreteScheduler", """{"use_dynamic_shifting": true, "time_shift_type": "cubic"}""", "time_shift_type 'cubic' is not known")]
    [InlineData("DDIMInverseScheduler", """{"timestep_spacing": "linspace"}""", "known are leading and trailing")]
    [InlineData("UnCLIPScheduler", """{"variance_type": "fixed_large"}""", "known are fixed_small_log and learned_range")]
    public void A_setting_that_is_not_known_is_named(string name, string config, string expected) => Assert.Contains(
        expected, Assert.Throws<FormatException>(() => DiffusersScheduler.Read(name, JsonNode.Parse(config)!.AsObject())).Message, StringComparison.Ordinal);
}
