using System.Text.Json.Nodes;
using Brownian.Checkpoints;
using Brownian.Parameterizations;
using Brownian.Paths;
using Brownian.Samplers;
using Brownian.Spacing;
using Brownian.Testing;
using static TorchSharp.torch;

namespace Brownian.Tests.Checkpoints;

public sealed class DiffusersSchedulerTests : LeakCheck
{
    [Fact]
    public void Log_linear_sigmas_have_their_own_times_except_as_diffusers()
    {
        JsonObject config = new() { ["interpolation_type"] = "log_linear" };
        var (ours, theirs) = (Levels("EulerDiscreteScheduler", config, 4), Levels("EulerDiscreteScheduler", config, 4, asDiffusers: true));
        var table = DiscretePath.Linear();
        var largest = table.At(999).NoiseToSignal;
        var smallest = table.At(0).NoiseToSignal;
        for (var i = 0; i <= 4; i++)
        {
            Assert.Equal(largest * Math.Pow(smallest / largest, i / 4.0), ours[i].NoiseToSignal, 1e-5 * ours[i].NoiseToSignal);
            Assert.Equal((float)ours[i].NoiseToSignal, theirs[i].NoiseToSignal, 1e-12);
        }

        Assert.Equal([999, 666, 333, 0, 0], theirs.Select(level => level.Time));
        Assert.Equal(table.AtNoiseToSignal(ours[2].NoiseToSignal).Time, ours[2].Time);
        Assert.InRange(ours[2].Time, 290, 315);
    }

    [Fact]
    public void Continuous_timesteps_tell_a_v_network_the_logarithm_of_sigma()
    {
        using var scope = NewDisposeScope();
        JsonObject config = new()
        {
            ["timestep_type"] = "continuous",
            ["prediction_type"] = "v_prediction",
            ["use_karras_sigmas"] = true,
            ["sigma_min"] = 0.002,
            ["sigma_max"] = 700.0,
        };
        var scheduler = DiffusersScheduler.Read("EulerDiscreteScheduler", config);
        var schedule = scheduler.Spacing.Levels(scheduler.Path, 5);
        Assert.Equal(700, schedule[0].NoiseToSignal, 1e-9);
        Assert.Equal(0.002, schedule[4].NoiseToSignal, 1e-12);
        var label = scheduler.Parameterization.Label(NoiseLevels.Of(schedule[0], zeros(1, dtype: ScalarType.Float64)));
        Assert.Equal(Math.Log(700) / 4, label.item<double>(), 1e-9);
        Assert.Equal(new PredictV { Told = NoiseLabel.LogRatio }, scheduler.Parameterization);
    }

    [Theory]
    [InlineData("UniPCMultistepScheduler", new[] { 0.999999, 0.9, 0.75, 0.5 }, 0)]
    [InlineData("DPMSolverMultistepScheduler", new[] { 0.9997, 0.8997, 0.7496, 0.4997 }, 0)]
    [InlineData("DEISMultistepScheduler", new[] { 0.9997, 0.8997, 0.7496, 0.4997 }, 0.4997)]
    public void Flow_sigmas_are_shifted_shares_of_noise(string name, double[] sigmas, double end)
    {
        JsonObject config = new() { ["use_flow_sigmas"] = true, ["flow_shift"] = 3.0, ["prediction_type"] = "flow_prediction" };
        var scheduler = DiffusersScheduler.Read(name, config);
        var schedule = scheduler.Spacing.Levels(scheduler.Path, 4);

        // UniPC's last point is at 1/1000 and not at 0, which moves the others a little.
        Assert.Equal([.. sigmas, end], schedule.Select(level => level.Sigma), (a, b) => Math.Abs(a - b) < 2e-3);
        Assert.All(schedule, level => Assert.Equal(1, level.Alpha + level.Sigma, 1e-12));
        Assert.All(schedule.Take(4), level => Assert.Equal(Math.Floor(level.Sigma * 1000), level.Time * 1000, 1e-9));
        Assert.Equal(new PredictFlow { TimeScale = 1000 }, scheduler.Parameterization);
    }

    [Fact]
    public void Deis_is_the_noise_solver_with_exact_slopes() =>
        Assert.Equal(new DpmSolver(3) { SecondOrder = SecondOrder.Heun }, DiffusersScheduler.Read("DEISMultistepScheduler", new() { ["solver_order"] = 3 }, asDiffusers: true).Sampler);

    [Fact]
    public void Settings_that_cannot_be_read_say_what_can()
    {
        var error = Assert.Throws<FormatException>(() => Levels("EulerDiscreteScheduler", new() { ["interpolation_type"] = "cubic" }, 4));
        Assert.Contains("known are linear and log_linear", error.Message, StringComparison.Ordinal);
        Assert.Contains("solver_p", Assert.Throws<NotSupportedException>(() => Levels("UniPCMultistepScheduler", new() { ["solver_p"] = new JsonObject() }, 4)).Message, StringComparison.Ordinal);
        Assert.Contains("tau_func", Assert.Throws<NotSupportedException>(() => Levels("SASolverScheduler", new() { ["tau_func"] = "f" }, 4)).Message, StringComparison.Ordinal);
        Assert.Contains("give it as flow_shift, or its logarithm as mu", Assert.Throws<NotSupportedException>(() => Levels("UniPCMultistepScheduler", new() { ["use_flow_sigmas"] = true, ["use_dynamic_shifting"] = true }, 4)).Message, StringComparison.Ordinal);
        Assert.Contains("order of 1, 2 or 3", Assert.Throws<ArgumentOutOfRangeException>(() => Levels("DPMSolverSinglestepScheduler", new() { ["solver_order"] = 4 }, 4)).Message, StringComparison.Ordinal);
    }

    private static NoiseSchedule Levels(string name, JsonObject config, int steps, bool asDiffusers = false)
    {
        var scheduler = DiffusersScheduler.Read(name, config, asDiffusers);
        return scheduler.Spacing.Levels(scheduler.Path, steps);
    }
}
