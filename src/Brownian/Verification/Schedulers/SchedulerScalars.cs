using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Brownian.Checkpoints;
using Brownian.Guidance;
using Brownian.Parameterizations;
using Brownian.Paths;
using static TorchSharp.torch;

namespace Brownian.Verification;

/// <summary>Single numbers: variances of steps, noisy data, velocities, thresholded data.</summary>
internal static partial class SchedulerScalars
{
    /// <summary>Of a list of numbers, and of an element of a tensor.</summary>
    private const double Tolerance = 1e-4;

    public static SchedulerCase Row(JsonElement row)
    {
        var what = row.GetProperty("what").GetString()!;
        Action<Comparison>? compare =
            what.StartsWith("DDPM _get_variance", StringComparison.Ordinal) ? comparison => VarianceList(comparison, row, what)
            : what.StartsWith("DDPM add_noise", StringComparison.Ordinal) ? comparison => NoiseAndVelocity(comparison, row)
            : what.StartsWith("_threshold_sample", StringComparison.Ordinal) ? comparison => Threshold(comparison, row, what)
            : null;
        return new($"{what}{(row.TryGetProperty("t", out var t) && t.ValueKind == JsonValueKind.Number ? $" t={t}" : "")}", "scalar check", compare);
    }

    /// <summary>The table of a scheduler that has one.</summary>
    public static DiscretePath Table(DiffusersScheduler scheduler) =>
        scheduler.Path as DiscretePath ?? throw new NotSupportedException($"{scheduler.ClassName} has no table of steps");

    /// <summary>A row of expressions like <c>scheduler._get_variance(487, 486)</c>.</summary>
    public static void Variances(Comparison comparison, JsonElement row)
    {
        var scheduler = SchedulerCase.Scheduler(row);
        var type = scheduler.Config["variance_type"]?.GetValue<string>() ?? "fixed_small";
        foreach (var check in row.GetProperty("variance_checks").EnumerateArray())
        {
            var expression = check.GetProperty("expr").GetString()!;
            var match = Call().Match(expression);
            if (!match.Success)
            {
                throw new NotSupportedException($"the expression {expression} is not known");
            }

            var time = int.Parse(match.Groups["t"].Value, CultureInfo.InvariantCulture);
            var previous = match.Groups["prev"].Success ? int.Parse(match.Groups["prev"].Value, CultureInfo.InvariantCulture) : time - 1;
            var tolerance = check.GetProperty("tolerance");
            comparison.Number(
                expression, Variance(Table(scheduler), time, previous, type, 0.5, scheduler.ClassName == "UnCLIPScheduler"), check.GetProperty("expected").GetDouble(),
                tolerance.ValueKind == JsonValueKind.Number ? tolerance.GetDouble() : 1e-5);
        }
    }

    private static void VarianceList(Comparison comparison, JsonElement row, string what)
    {
        var path = DiscretePath.Linear();
        var type = what[(what.IndexOf('=', StringComparison.Ordinal) + 1)..];
        var times = SchedulerCase.Numbers(row, "t");
        var golden = SchedulerCase.Numbers(row, "value");
        var scale = Math.Max(1, golden.Average(Math.Abs));
        SchedulerTimes.Lists(comparison, type, [.. times.Select(t => Variance(path, (int)t, (int)t - 1, type, 0.5))], golden, _ => Tolerance * scale);
    }

    /// <summary>What diffusers' _get_variance returns, which is a variance, a standard deviation or a logarithm.</summary>
    private static double Variance(DiscretePath path, int time, int previous, string type, double mix, bool tableBetas = false)
    {
        var (from, to) = (path.At(time), path.At(previous));
        var posterior = tableBetas ? Posterior.WithTableBeta(path, from, to) : Posterior.Between(from, to);
        var smallest = Math.Max(posterior.Variance, 1e-20);
        return type switch
        {
            "fixed_small" => smallest,
            "fixed_small_log" => Math.Sqrt(smallest),
            "fixed_large" => posterior.StepVariance,
            "fixed_large_log" => Math.Log(posterior.StepVariance),
            "learned_range" => (mix + 1) / 2 * Math.Log(posterior.StepVariance) + (1 - mix) / 2 * Math.Log(smallest),
            _ => throw new NotSupportedException($"the variance type {type} is not known"),
        };
    }

    private static void NoiseAndVelocity(Comparison comparison, JsonElement row)
    {
        var (x0, noise) = (SchedulerData.Sample(4, 3, 8, 8), SchedulerData.Noise(4, 3, 8, 8));
        var at = NoiseLevels.Of(DiscretePath.Linear().At(row.GetProperty("t").GetInt32()), x0);
        SchedulerData.Statistics(comparison, "add_noise", at.Alpha * x0 + at.Sigma * noise, row.GetProperty("add_noise"));
        SchedulerData.Statistics(comparison, "velocity", new PredictV().Target(x0, noise, at), row.GetProperty("velocity"));
    }

    private static void Threshold(Comparison comparison, JsonElement row, string what)
    {
        var match = Thresholds().Match(what);
        if (!match.Success)
        {
            throw new NotSupportedException($"'{what}' is not known");
        }

        double Number(string group) => double.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);
        var rule = new Thresholding { Quantile = Number("ratio"), LargestBound = Number("max") };
        var x = SchedulerData.Sample(4, 3, 8, 8) * Number("factor") - Number("shift");
        SchedulerData.Statistics(comparison, "", Thresholded.Threshold(x, rule), row);
    }

    [GeneratedRegex(@"_get_variance\((?<t>\d+)(?:, (?<prev>\d+))?(?:, predicted_variance=\w+)?\)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Call();

    [GeneratedRegex(@"_threshold_sample\((?<factor>[\d.]+)\*x0-(?<shift>[\d.]+), ratio (?<ratio>[\d.]+), max (?<max>[\d.]+)\)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Thresholds();
}
