using Brownian.Checkpoints;
using Brownian.Checkpoints.Foreign;
using Brownian.Objectives;
using Brownian.Paths;
using static TorchSharp.torch;

namespace Brownian.Verification.ScoreMatching;

/// <summary>EDM's three losses as objectives: levels from the recorded draw, and the mean error of each sample.</summary>
internal static class EdmLosses
{
    private const double Relative = 1e-4;

    public static void Compare(GoldenFile file, SafetensorsFile io, DiffusionModel model, Comparison comparison)
    {
        if (!io.Contains("loss.out"))
        {
            return;
        }

        using var scope = NewDisposeScope();
        var loss = file.Json.Section("loss");
        var arguments = loss.Section("kwargs");
        var draws = io.Read("loss.draw").flatten().data<float>().Select(draw => (double)draw).ToArray();
        var (sigmas, weight) = loss.Text("cls", "EDMLoss") switch
        {
            "EDMLoss" => (
                draws.Select(draw => Math.Exp(arguments.Double("P_mean", -1.2) + arguments.Double("P_std", 1.2) * draw)),
                (LossWeight)new EdmWeight(arguments.Double("sigma_data", 0.5))),
            "VPLoss" => (draws.Select(draw => Vp(arguments).At(1 + draw * (arguments.Double("epsilon_t", 1e-5) - 1)).NoiseToSignal), new ScoreWeight()),
            "VELoss" => (draws.Select(draw => Ve(arguments).At(draw).NoiseToSignal), new ScoreWeight()),
            var other => throw new ArgumentException($"loss: expected EDMLoss, VPLoss or VELoss; got \"{other}\"."),
        };
        NoiseLevel[] levels = [.. sigmas.Select(model.Path.At)];
        var condition = io.Contains("loss.labels") ? new Condition { Embedding = io.Read("loss.labels") } : null;
        var objective = new DenoisingObjective(new UniformTime(), weight);
        var ours = objective.Evaluate(model, io.Read("loss.images"), condition, levels, io.Read("loss.noise"));
        var reference = io.Read("loss.out").flatten(1).mean([1]);
        comparison.Elements("loss of each sample", ours, reference, 0, Relative);
        var mean = loss.Double("mean", reference.mean().item<float>());
        comparison.Number("loss", ours.mean().item<float>(), mean, Relative * mean);
    }

    private static VariancePreserving Vp(System.Text.Json.JsonElement arguments)
    {
        var low = arguments.Double("beta_min", 0.1);
        return new(low, low + arguments.Double("beta_d", 19.9));
    }

    private static VarianceExploding Ve(System.Text.Json.JsonElement arguments) =>
        new(arguments.Double("sigma_min", 0.02), arguments.Double("sigma_max", 100));
}
