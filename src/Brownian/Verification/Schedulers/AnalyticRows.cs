using System.Text.Json;
using System.Text.Json.Nodes;
using Brownian.Checkpoints;
using static TorchSharp.torch;

namespace Brownian.Verification;

/// <summary>
/// Errors of diffusers' samplers against the closed form of Gaussian data: ours must not be larger. They run without any of diffusers'
/// deviations, in float64. Where a deviation makes the reference's error smaller by luck (a DDIM that ends its steps elsewhere, and a
/// third-order formula that is not of order 3, cross zero at some number of steps), the reference must be met with the deviation.
/// </summary>
internal static class AnalyticRows
{
    private const double Mean = 0.3;
    private const double Deviation = 0.5;

    /// <summary>The reference computed in float32, which leaves it 10⁻⁶ to be lucky with.</summary>
    private const double Slack = 2e-6;

    public static SchedulerCase Row(JsonElement row) => SchedulerCase.Of(
        row.GetProperty("scheduler").GetString()!, $"{row.GetProperty("sampler").GetString()} N={row.GetProperty("N")}", row, "analytic error", Compare);

    private static void Compare(Comparison comparison, JsonElement row)
    {
        var config = SchedulerCase.Config(row);
        foreach (var (name, value) in new[] { ("beta_start", 1e-4), ("beta_end", 0.02) })
        {
            config[name] ??= value;
        }

        config["clip_sample"] = false;
        var golden = row.GetProperty("rms_error");
        var error = Error(row, config, asDiffusers: false);
        if (golden.ValueKind != JsonValueKind.Number)
        {
            // The reference is NaN.
            comparison.Number("rms_error", error, 0, 1);
            return;
        }

        var reference = golden.GetDouble();
        var excess = Math.Max(0, error - reference);
        var allowed = 1e-3 * reference + Slack;
        if (excess > allowed && Error(row, config, asDiffusers: true) is var same && Math.Abs(same - reference) <= 0.01 * reference + Slack)
        {
            comparison.Number("rms_error with diffusers' deviation", same, reference, 0.01 * reference + Slack);
            return;
        }

        comparison.Number("rms_error above the reference's", excess, 0, allowed);
    }

    private static double Error(JsonElement row, JsonObject config, bool asDiffusers)
    {
        var scheduler = DiffusersScheduler.Read(row.GetProperty("scheduler").GetString()!, config, asDiffusers);
        var schedule = scheduler.Spacing.Levels(scheduler.Path, row.GetProperty("N").GetInt32());
        var z = linspace(-2.5, 2.5, 768, dtype: ScalarType.Float64).reshape(4, 3, 8, 8);
        using var noise = new SeededNoise(0);
        var end = scheduler.Sampler.Run(new Gaussian(scheduler.Path), Marginal(z, schedule[0]), schedule, noise);
        return (end - Marginal(z, schedule[^1])).square().mean().sqrt().item<double>();
    }

    private static Tensor Marginal(Tensor z, NoiseLevel at) => at.Alpha * Mean + Math.Sqrt(Variance(at)) * z;

    private static double Variance(NoiseLevel at) => at.Alpha * at.Alpha * Deviation * Deviation + at.Sigma * at.Sigma;

    /// <summary>A network that predicts ε and is told a time of the table, like the reference's.</summary>
    private sealed class Gaussian(Paths.GaussianPath path) : IDenoiser
    {
        public Denoised Denoise(Tensor xt, NoiseLevel at)
        {
            var told = path.At(at.Time);
            var epsilon = told.Sigma / Variance(told) * (xt - told.Alpha * Mean);
            return Denoised.FromEpsilon(epsilon, xt, NoiseLevels.Of(at, xt));
        }
    }
}
