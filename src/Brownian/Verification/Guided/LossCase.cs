using System.Globalization;
using System.Text.RegularExpressions;
using Brownian.Checkpoints;
using Brownian.Objectives;
using static TorchSharp.torch;

namespace Brownian.Verification.Guided;

/// <summary>training_losses of every schedule and loss type: tensors <c>loss.SCHEDULE.TYPE.TERM</c>.</summary>
internal sealed partial class LossCase(GoldenFile file, SafetensorsFile io, Network network, GuidedDiffusion diffusion, Condition? condition)
{
    // case.json: losses 1e-4 relative, terms of the bound 1e-4 absolute where they are small, pixels' likelihood 1e-3 relative.
    private const double Relative = 1e-4;
    private const double RelativeOfPixels = 1e-3;

    public void Compare(Comparison comparison)
    {
        var text = file.Json.GetProperty("diffusion").TryGetProperty("losses", out var found) ? found.GetString() ?? "" : "";
        var steps = StepsPattern().Match(text) is { Success: true } match ? int.Parse(match.Groups["steps"].ValueSpan, CultureInfo.InvariantCulture) : 1000;
        foreach (var key in io.Keys.Where(key => key.StartsWith("loss.", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var scope = NewDisposeScope();
            var parts = key.Split('.');
            Compare(comparison, key, parts[1], parts[2], parts[3], steps);
        }
    }

    private void Compare(Comparison comparison, string key, string schedule, string type, string term, int steps)
    {
        var path = GuidedDiffusion.Path(schedule, steps);
        var model = new DiffusionModel(network, path, diffusion.Parameterization(path));
        var (simple, bound) = Shares(type, term, steps);
        var objective = new VariationalObjective(new UniformStep(), simple, bound) { Variance = diffusion.Variance };
        long[] times = [.. io.Read("diff.t").data<long>()];
        var ours = objective.Evaluate(
            model, io.Read("diff.x_start"), condition, [.. times.Select(time => path.At(time))], io.Read("diff.noise"));
        var reference = io.Read(key);
        for (var i = 0; i < times.Length; i++)
        {
            var expected = reference[i].item<float>();
            var relative = bound > 0 && times[i] == 0 ? RelativeOfPixels : Relative;
            var absolute = bound * steps * Relative;
            comparison.Number($"{key}[{i}]", ours[i].item<float>(), expected, Math.Max(absolute, relative * Math.Abs(expected)));
        }
    }

    /// <summary>What the squared error and the bound count in a loss, or in one of its terms.</summary>
    private (double Simple, double Bound) Shares(string type, string term, int steps)
    {
        var bound = type switch
        {
            "MSE" => diffusion.LearnsVariance ? 1.0 / steps : 0,
            "RESCALED_MSE" => diffusion.LearnsVariance ? 0.001 : 0,
            "KL" => 1.0 / steps,
            "RESCALED_KL" => 1,
            _ => throw new FormatException($"loss: expected a LossType; got {type}."),
        };
        var simple = type.EndsWith("MSE", StringComparison.Ordinal) ? 1 : 0;
        return term switch
        {
            "loss" => (simple, bound),
            "mse" => (1, 0),
            "vb" => (0, bound),
            _ => throw new FormatException($"loss: expected loss, mse or vb; got {term}."),
        };
    }

    [GeneratedRegex(@"\((?<steps>\d+) steps\)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex StepsPattern();
}
