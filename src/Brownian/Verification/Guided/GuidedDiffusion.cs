using System.Text.Json;
using Brownian.Parameterizations;
using Brownian.Paths;
using Brownian.Samplers;
using Brownian.Spacing;

namespace Brownian.Verification.Guided;

/// <summary>The settings of the reference's GaussianDiffusion in our terms.</summary>
/// <param name="Variance">ModelVarType.</param>
/// <param name="Mean">ModelMeanType.</param>
/// <param name="Rescales">rescale_timesteps.</param>
internal sealed record GuidedDiffusion(ReverseVariance Variance, string Mean, bool Rescales)
{
    public static GuidedDiffusion Read(GoldenFile file)
    {
        var json = file.Json.TryGetProperty("diffusion", out var found) ? found : default;
        string Text(string name, string otherwise) =>
            json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : otherwise;
        return new(
            Text("var_type", "LEARNED_RANGE") switch
            {
                "LEARNED" => ReverseVariance.PredictedLog,
                "LEARNED_RANGE" => ReverseVariance.Learned,
                "FIXED_SMALL" => ReverseVariance.Smallest,
                "FIXED_LARGE" => ReverseVariance.Largest,
                var other => throw new FormatException($"var_type: expected a ModelVarType; got {other}."),
            },
            Text("mean_type", "EPSILON"),
            json.ValueKind == JsonValueKind.Object && json.TryGetProperty("rescale_timesteps", out var rescale) && rescale.ValueKind == JsonValueKind.True);
    }

    /// <summary>Whether the network has channels for the variance.</summary>
    public bool LearnsVariance => Variance is ReverseVariance.Learned or ReverseVariance.PredictedLog;

    /// <summary>Whether the mean of a step is the network's output, whatever becomes of x0: the reference clips only what it shows of x0 then.</summary>
    public bool PredictsMean => Mean == "PREVIOUS_X";

    /// <summary>What the network outputs, on a whole process and in the steps of it that are taken.</summary>
    public Parameterization Parameterization(DiscretePath path, IReadOnlyList<NoiseLevel>? chain = null)
    {
        Parameterization output = Mean switch
        {
            "EPSILON" => new PredictEpsilon(),
            "START_X" => new PredictX0(),
            "PREVIOUS_X" => new PredictPrevious(path) { Chain = chain },
            _ => throw new FormatException($"mean_type: expected EPSILON, START_X or PREVIOUS_X; got {Mean}."),
        };
        return output with { TimeScale = Rescales ? 1000.0 / path.Count : 1 };
    }

    /// <summary>get_named_beta_schedule: the linear one scales with the number of steps.</summary>
    public static DiscretePath Path(string schedule, int steps) => schedule switch
    {
        "linear" => DiscretePath.Linear(steps, 1000.0 / steps * 0.0001, 1000.0 / steps * 0.02).InDoublePrecision(),
        "cosine" => DiscretePath.Cosine(steps).InDoublePrecision(),
        _ => throw new FormatException($"schedule: expected linear or cosine; got {schedule}."),
    };

    /// <summary>space_timesteps; all steps without a respacing.</summary>
    public static NoiseSchedule Levels(DiscretePath path, string? respacing)
    {
        var spacing = new Respaced(string.IsNullOrEmpty(respacing) ? $"{path.Count}" : respacing);
        return spacing.Levels(path, spacing.Times(path.Count).Count);
    }
}
