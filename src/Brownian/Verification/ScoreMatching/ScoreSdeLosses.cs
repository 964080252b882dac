using System.Text.Json;
using Brownian.Checkpoints;
using Brownian.Checkpoints.Foreign;
using Brownian.Objectives;
using Brownian.Parameterizations;
using Brownian.Paths;
using static TorchSharp.torch;

namespace Brownian.Verification.ScoreMatching;

/// <summary>Score SDE's losses as objectives: continuous, with and without likelihood weighting, and those of discrete steps.</summary>
internal static class ScoreSdeLosses
{
    private const double Relative = 1e-5, RelativeOfLikelihood = 1e-4;

    // The reference has σ = 1 − α² and g² of the sub-VP path in float32, where near the clean end half a unit in the last place of α² is a good
    // part of σ; the loss divides by σ² and multiplies by g².
    private const double RoundingOfSubVp = 2.5 / (1 << 24);

    public static void Compare(GoldenFile file, SafetensorsFile io, DiffusionModel model, Comparison comparison)
    {
        if (!io.Contains("loss.batch"))
        {
            return;
        }

        using var scope = NewDisposeScope();
        NoiseLevel[] levels = [.. io.Read("loss.t_used").data<float>().Select(time => model.Path.At(time))];
        var rounding = model.Path is SubVariancePreserving ? RoundingOfSubVp / levels.Min(level => level.Sigma) : 0;
        foreach (var (name, reference) in Values(file.Json.Section("losses").Section("values")))
        {
            var byLikelihood = name.Contains("likelihood_weighting=True", StringComparison.Ordinal);
            LossWeight weight = byLikelihood ? new LikelihoodWeight() : new ScoreWeight();
            var ours = Mean(new(new UniformTime(), weight) { Reduction = Reduction(name) }, model, io, levels);
            comparison.Number($"loss {name}", ours, reference, (byLikelihood ? RelativeOfLikelihood + rounding : Relative) * Math.Abs(reference));
        }

        Discrete(file.Json, io, model.Network, comparison);
    }

    // The losses of DDPM and of NCSN, which score SDE keeps as "legacy".
    private static void Discrete(JsonElement json, SafetensorsFile io, Network network, Comparison comparison)
    {
        var config = json.Section("config").Section("model");
        var count = config.Int("num_scales", 1000);
        var (ddpm, smld) = (Values(json.Section("legacy_ddpm_loss")).ToArray(), Values(json.Section("legacy_smld_loss")).ToArray());
        if (ddpm.Length > 0)
        {
            var path = DiscretePath.Linear(count, config.Double("beta_min", 0.1) / count, config.Double("beta_max", 20) / count);
            Compare("ddpm", ddpm, new(network, path, new PredictEpsilon()), label => label);
        }

        if (smld.Length > 0)
        {
            var path = new SigmaTable(config.Double("sigma_max", 50), config.Double("sigma_min", 0.01), count);
            Compare("smld", smld, new(network, path, new PredictScore { TimeScale = -1, LabelOffset = count - 1 }), label => count - 1 - label);
        }

        void Compare(string kind, (string Name, double Value)[] values, DiffusionModel model, Func<long, long> stepOf)
        {
            NoiseLevel[] levels = [.. io.Read("loss.labels").data<long>().Select(label => model.Path.At(stepOf(label)))];
            foreach (var (name, reference) in values)
            {
                var ours = Mean(new(new UniformStep(), new ScoreWeight()) { Reduction = Reduction(name) }, model, io, levels);
                comparison.Number($"legacy {kind} loss {name}", ours, reference, Relative * Math.Abs(reference));
            }
        }
    }

    private static double Mean(DenoisingObjective objective, DiffusionModel model, SafetensorsFile io, NoiseLevel[] levels)
    {
        using var scope = NewDisposeScope();
        return objective.Evaluate(model, io.Read("loss.batch"), null, levels, io.Read("loss.z")).mean().item<float>();
    }

    private static LossReduction Reduction(string name) =>
        name.Contains("reduce_mean=True", StringComparison.Ordinal) ? LossReduction.Mean : LossReduction.HalfSum;

    private static IEnumerable<(string Name, double Value)> Values(JsonElement section) => section.ValueKind == JsonValueKind.Object
        ? section.EnumerateObject().Where(entry => entry.Value.ValueKind == JsonValueKind.Number).Select(entry => (entry.Name, entry.Value.GetDouble()))
        : [];
}
