using System.Text.Json;
using Brownian.Checkpoints;
using Brownian.Checkpoints.Foreign;
using Brownian.Objectives;
using Brownian.Parameterizations;
using Brownian.Paths;
using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Verification.ScoreMatching;

/// <summary>Score SDE's losses as objectives: continuous, with and without likelihood weighting, and those of discrete steps.</summary>
internal static class ScoreSdeLosses
{
    private const double Relative = 1e-5, RelativeOfLikelihood = 1e-4;

    public static void Compare(GoldenFile file, SafetensorsFile io, DiffusionModel model, Comparison comparison)
    {
        if (!io.Contains("loss.batch"))
        {
            return;
        }

        using var scope = NewDisposeScope();
        var times = io.Read("loss.t_used");
        NoiseLevel[] levels = [.. times.data<float>().Select(time => model.Path.At(time))];
        foreach (var (name, reference) in Values(file.Json.Section("losses").Section("values")))
        {
            var byLikelihood = name.Contains("likelihood_weighting=True", StringComparison.Ordinal);
            LossWeight weight = byLikelihood ? new LikelihoodWeight() : new ScoreWeight();
            var rounding = byLikelihood && model.Path is SubVariancePreserving path ? Rounding(path, times) : null;
            var ours = Mean(new(new UniformTime(), weight) { Reduction = Reduction(name) }, model, io, levels, rounding);
            comparison.Number($"loss {name}", ours, reference, (byLikelihood ? RelativeOfLikelihood : Relative) * Math.Abs(reference));
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

    private static double Mean(DenoisingObjective objective, DiffusionModel model, SafetensorsFile io, NoiseLevel[] levels, Tensor? factors = null)
    {
        using var scope = NewDisposeScope();
        var losses = objective.Evaluate(model, io.Read("loss.batch"), null, levels, io.Read("loss.z"));
        return (factors is null ? losses : losses * factors).mean().ToDouble();
    }

    // The reference computes σ = 1 − α² and g² = β·(1 − α⁴) in float32. At time 10⁻³ half a unit in the last place of α² is 3·10⁻⁴ of σ, more
    // than the 10⁻⁴ that the loss may differ by. So each sample's weight, g²/σ², gets the rounding that the reference's own operations give it, [N].
    private static Tensor Rounding(SubVariancePreserving path, Tensor times)
    {
        using var scope = NewDisposeScope();
        var (low, growth) = (path.BetaMin, path.BetaMax - path.BetaMin);
        var logAlpha = times.square() * -0.25 * growth - times * 0.5 * low;
        var sigma = 1 - (logAlpha * 2).exp();
        var diffusion = ((times * growth + low) * (1 - (times * (-2 * low) - times.square() * growth).exp())).sqrt();
        var exact = times.data<float>().Select(time => path.SdeAt(time).DiffusionSquared / Math.Pow(path.At(time).Sigma, 2)).ToArray();
        return ((diffusion / sigma).square().to(ScalarType.Float64) / tensor(exact)).MoveToOuterDisposeScope();
    }

    private static LossReduction Reduction(string name) =>
        name.Contains("reduce_mean=True", StringComparison.Ordinal) ? LossReduction.Mean : LossReduction.HalfSum;

    private static IEnumerable<(string Name, double Value)> Values(JsonElement section) => section.ValueKind == JsonValueKind.Object
        ? section.EnumerateObject().Where(entry => entry.Value.ValueKind == JsonValueKind.Number).Select(entry => (entry.Name, entry.Value.GetDouble()))
        : [];
}
