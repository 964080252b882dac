using System.Text.Json;
using Brownian.Checkpoints;
using Brownian.Checkpoints.Foreign;
using Brownian.Likelihood;
using Brownian.Ode;
using Brownian.Paths;
using static TorchSharp.torch;

namespace Brownian.Verification.ScoreMatching;

/// <summary>Score SDE's likelihood with the recorded probe: slope, divergence and score at one time, and bits per dimension.</summary>
internal static class ScoreSdeLikelihood
{
    // "rel 1e-4", "bpd abs 0.01, nfe within 30 %" (case.json).
    private const double Relative = 1e-4, Bits = 0.01, ShareOfEvaluations = 0.3;

    private const double Middle = 0.5;

    public static void Compare(GoldenFile file, SafetensorsFile io, DiffusionModel model, Comparison comparison)
    {
        var likelihood = file.Json.Section("likelihood");
        var results = likelihood.Section("results");
        foreach (var result in results.ValueKind == JsonValueKind.Object ? results.EnumerateObject() : default)
        {
            using var scope = NewDisposeScope();
            var prefix = $"bpd_{result.Name.ToLowerInvariant()}";
            var divergence = new HutchinsonDivergence(io.Read($"{prefix}.epsilon"));
            AtOneTime(prefix, io, model, divergence, comparison);
            Solve(prefix, likelihood, result.Value, io, model, divergence, comparison);
        }
    }

    private static void AtOneTime(string prefix, SafetensorsFile io, DiffusionModel model, HutchinsonDivergence divergence, Comparison comparison)
    {
        if (!io.Contains($"{prefix}.drift_t0.5"))
        {
            return;
        }

        using var scope = NewDisposeScope();
        var (data, denoiser, level) = (io.Read("loss.batch"), model.Bind(), model.Path.At(Middle));
        var flow = new ProbabilityFlowOde(denoiser, model.Path, FlowClock.PathTime);
        var (slope, change) = ExactLikelihood.SlopeAndDivergence(flow, divergence, Middle, data);
        Same("drift_t0.5", slope);
        Same("div_t0.5", change.flatten());
        Same("score_t0.5", denoiser.Denoise(data, level).Score(level));

        void Same(string name, Tensor ours)
        {
            var reference = io.Read($"{prefix}.{name}");
            comparison.Elements($"{prefix}.{name}", ours, reference, Relative * reference.abs().max().item<float>(), Relative);
        }
    }

    private static void Solve(
        string prefix, JsonElement settings, JsonElement expected, SafetensorsFile io, DiffusionModel model, HutchinsonDivergence divergence, Comparison comparison)
    {
        var data = io.Read("loss.batch");
        var likelihood = new ExactLikelihood
        {
            Solver = new AdaptiveSteps { RelativeTolerance = settings.Double("rtol", 1e-5), AbsoluteTolerance = settings.Double("atol", 1e-5) },
            Clock = FlowClock.PathTime,
            Start = model.Path.At(settings.Double("eps", 1e-5)),
            End = model.Path.At(1),
        };
        var result = likelihood.Evaluate(model.Bind(), (ContinuousPath)model.Path, data, divergence);

        // Data of 8 bits in [−1, 1] have 7 bits a number more than in their own unit, and 8 in [0, 1].
        var offset = settings.Text("inverse_scaler", "identity") == "identity" ? 8 : 7;
        var bits = result.Nats.flatten() / (-Math.Log(2) * (data.numel() / data.size(0))) + offset;
        comparison.Elements($"{prefix}.bpd", bits, io.Read($"{prefix}.bpd"), Bits, 0);
        var evaluations = expected.Int("nfe", 0);
        comparison.Number($"{prefix}.nfe", result.Evaluations, evaluations, ShareOfEvaluations * evaluations);
    }
}
