using System.Text.Json;
using Brownian.Parameterizations;
using Brownian.Paths;
using Brownian.Samplers;
using Brownian.Spacing;

namespace Brownian.Verification.Guided;

/// <summary>The settings of the reference's GaussianDiffusion in our terms.</summary>
/// <param name="Variance">ModelVarType.</param>
/// <param name="PredictsX0">ModelMeanType is START_X, not EPSILON.</param>
/// <param name="Rescales">rescale_timesteps.</param>
internal sealed record GuidedDiffusion(ReverseVariance Variance, bool PredictsX0, bool Rescales)
{
    public static GuidedDiffusion Read(GoldenFile file)
    {
        var json = file.Json.TryGetProperty("diffusion", out var found) ? found : default;
        string Text(string name, string otherwise) =>
            json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : otherwise;
        var mean = Text("mean_type", "EPSILON");
        return new(
            Text("var_type", "LEARNED_RANGE") switch
            {
                "LEARNED" => ReverseVariance.PredictedLog,
                "LEARNED_RANGE" => ReverseVariance.Learned,
                "FIXED_SMALL" => ReverseVariance.Smallest,
                "FIXED_LARGE" => ReverseVariance.Largest,
                var other => throw new FormatException($"var_type: expected a ModelVarType; got {other}."),
            },
            mean switch
            {
                "EPSILON" => false,
                "START_X" => true,
                _ => throw new NotSupportedException($"mean_type {mean} is not implemented"),
            },
            json.ValueKind == JsonValueKind.Object && json.TryGetProperty("rescale_timesteps", out var rescale) && rescale.ValueKind == JsonValueKind.True);
    }

    /// <summary>Whether the network has channels for the variance.</summary>
    public bool LearnsVariance => Variance is ReverseVariance.Learned or ReverseVariance.PredictedLog;

    /// <summary>What the network outputs, when the whole process has <paramref name="steps"/> steps.</summary>
    public Parameterization Parameterization(int steps)
    {
        var scale = Rescales ? 1000.0 / steps : 1;
        return PredictsX0 ? new PredictX0 { TimeScale = scale } : new PredictEpsilon { TimeScale = scale };
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
