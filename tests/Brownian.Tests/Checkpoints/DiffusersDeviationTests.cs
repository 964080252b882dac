using System.Text.Json.Nodes;
using Brownian.Checkpoints;
using Brownian.Paths;
using Brownian.Samplers;
using Brownian.Spacing;
using Brownian.Testing;
using static TorchSharp.torch;

namespace Brownian.Tests.Checkpoints;

/// <summary>Where diffusers deviates in its lists of levels and in what it reads: ours by default, and its own numbers on demand.</summary>
public sealed class DiffusersDeviationTests : LeakCheck
{
    private const string Cosine = "\"beta_schedule\": \"squaredcos_cap_v2\"";

    [Fact]
    public void A_clipped_table_is_divided_into_as_many_steps_as_asked_for_and_as_diffusers_into_fewer()
    {
        var (ours, theirs) = Both("DPMSolverMultistepScheduler", $"{Cosine}, \"timestep_spacing\": \"trailing\", \"lambda_min_clipped\": -5.1", 500);
        Assert.Equal(500, ours.Steps);
        Assert.InRange(theirs.Steps, 490, 499);
        Assert.Equal(ours[0].Time, theirs[0].Time);
        Assert.True(ours[0].Lambda >= -5.1);
    }

    [Fact]
    public void An_inverse_of_a_clipped_table_ends_at_the_noisiest_level_that_is_left()
    {
        var (ours, _) = Both("DPMSolverMultistepInverseScheduler", $"{Cosine}, \"lambda_min_clipped\": -5.1", 10);
        var path = DiscretePath.Cosine();
        Assert.True(ours[^1].Lambda >= -5.1 && path.At(ours[^1].Time + 1).Lambda < -5.1, $"{ours[^1]}");
    }

    [Fact]
    public void An_inverse_told_the_same_step_twice_stops_early_as_diffusers()
    {
        var (ours, theirs) = Both("DPMSolverMultistepInverseScheduler", $"{Cosine}, \"use_karras_sigmas\": true, \"timestep_spacing\": \"leading\"", 10);
        Assert.Equal(10, ours.Steps);
        Assert.Equal(ours.SkipLast(1).Select(level => level.Time).Distinct(), theirs.SkipLast(1).Select(level => level.Time));
        Assert.All(theirs.Zip(ours), pair => Assert.Equal(pair.Second.NoiseToSignal, pair.First.NoiseToSignal, 1e-6 * pair.Second.NoiseToSignal));
        Assert.True(theirs.Steps < 10);
    }

    [Fact]
    public void One_step_of_an_inverse_begins_at_the_cleanest_level()
    {
        var (ours, theirs) = Both("DPMSolverMultistepInverseScheduler", "\"use_karras_sigmas\": true", 1);
        Assert.Equal(0, ours[0].Time);
        Assert.Equal(0, theirs[0].Time);
    }

    [Fact]
    public void Flow_times_at_a_multiple_of_a_step_are_rounded_as_diffusers()
    {
        var (_, theirs) = Both("DPMSolverMultistepScheduler", "\"use_flow_sigmas\": true, \"prediction_type\": \"flow_prediction\"", 3);
        Assert.Equal([0.999, 0.666, 0.332], theirs.SkipLast(1).Select(level => Math.Round(level.Time, 9)));
    }

    [Fact]
    public void Log_linear_levels_with_continuous_times_are_one_step_more_as_diffusers()
    {
        var (ours, theirs) = Both(
            "EulerDiscreteScheduler", "\"interpolation_type\": \"log_linear\", \"timestep_type\": \"continuous\", \"prediction_type\": \"v_prediction\"", 7);
        Assert.Equal((7, 8), (ours.Steps, theirs.Steps));
    }

    [Fact]
    public void Stochastic_sampling_with_inverted_sigmas_walks_to_data_and_as_diffusers_to_noise()
    {
        var (ours, theirs) = Both("FlowMatchEulerDiscreteScheduler", "\"invert_sigmas\": true, \"stochastic_sampling\": true", 5);
        Assert.True(ours[^1].IsClean);
        Assert.Equal((0, 1), (theirs[^1].Alpha, theirs[^1].Sigma));
    }

    [Fact]
    public void Pure_noise_tells_no_data_and_as_diffusers_an_infinity_that_clipping_makes_one()
    {
        using var scope = NewDisposeScope();
        var config = Config("\"rescale_betas_zero_snr\": true, \"timestep_spacing\": \"trailing\"");
        var (xt, epsilon) = (tensor(new[] { 1f, -1f }).reshape(1, 2), zeros(1, 2));
        Tensor X0(bool asDiffusers)
        {
            var scheduler = DiffusersScheduler.Read("DDIMScheduler", config, asDiffusers);
            return scheduler.Parameterization.Read(epsilon, xt, NoiseLevels.Of(scheduler.Path.Noisiest, xt)).X0;
        }

        Assert.Equal([0f, 0f], X0(false).data<float>().ToArray());
        Assert.Equal([1f, -1f], X0(true).clamp(-1, 1).data<float>().ToArray());
    }

    [Fact]
    public void A_variance_that_is_not_known_is_refused_and_as_diffusers_taken_for_the_smallest()
    {
        var config = Config("\"variance_type\": \"other\"");
        var error = Assert.Throws<FormatException>(() => DiffusersScheduler.Read("DDPMScheduler", config));
        Assert.Contains("variance_type 'other' is not known", error.Message, StringComparison.Ordinal);
        Assert.Equal(ReverseVariance.Smallest, ((Ancestral)DiffusersScheduler.Read("DDPMScheduler", config, asDiffusers: true).Sampler).Variance);
    }

    [Fact]
    public void The_inverse_of_ddim_clips_and_knows_no_dynamic_threshold() =>
        Assert.Null(DiffusersScheduler.Read("DDIMInverseScheduler", Config("\"thresholding\": true")).Thresholding?.Quantile);

    [Theory]
    [InlineData(100, 0)]
    [InlineData(1000, 1)]
    public void Sa_solvers_noise_lies_between_the_steps_200_and_800_of_a_table_that_has_them(int count, double amount)
    {
        var scheduler = DiffusersScheduler.Read("SASolverScheduler", Config($"\"num_train_timesteps\": {count}"));
        var tau = ((SaSolver)scheduler.Sampler).Tau;
        Assert.Equal(amount, tau.Amount);
        Assert.Equal(amount, tau.At(scheduler.Path.At(count / 2)));
        Assert.Equal(0, tau.At(scheduler.Path.Noisiest));
    }

    private static (NoiseSchedule Ours, NoiseSchedule Theirs) Both(string name, string settings, int steps)
    {
        var (ours, theirs) = (DiffusersScheduler.Read(name, Config(settings)), DiffusersScheduler.Read(name, Config(settings), asDiffusers: true));
        return (ours.Spacing.Levels(ours.Path, steps), theirs.Spacing.Levels(theirs.Path, steps));
    }

    private static JsonObject Config(string settings) => JsonNode.Parse($"{{{settings}}}")!.AsObject();
}
