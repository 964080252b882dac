using System.Text.Json;
using Brownian.Checkpoints;
using Brownian.Checkpoints.Foreign;
using Brownian.Ode;
using Brownian.Paths;
using Brownian.Samplers;
using Brownian.Spacing;
using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Verification.ScoreMatching;

/// <summary>Score SDE's predictor–corrector runs, update by update, and its ODE sampling.</summary>
internal static class ScoreSdeRuns
{
    private const double Share = 1e-4, ShareOfOde = 1e-2, ShareOfEvaluations = 0.3;

    public static void Compare(GoldenFile file, SafetensorsFile io, DiffusionModel model, Comparison comparison)
    {
        var samplers = file.Json.Section("samplers");
        var isCentered = file.Json.Section("config").Section("data").Bool("centered", otherwise: false);
        foreach (var run in samplers.ValueKind == JsonValueKind.Object ? samplers.EnumerateObject() : default)
        {
            using var scope = NewDisposeScope();
            var path = ScoreSdeModel.Path(run.Value, (ContinuousPath)model.Path);
            var own = model with { Path = path };
            if (run.Value.TryGetProperty("predictor", out _))
            {
                PredictorCorrector(run.Name, run.Value, io, own, comparison);
            }
            else
            {
                OdeSampling(run.Name, run.Value, io, own, isCentered, comparison);
            }
        }
    }

    private static void PredictorCorrector(string name, JsonElement run, SafetensorsFile io, DiffusionModel model, Comparison comparison)
    {
        var (count, first) = (run.Int("N", 1000), run.Double("eps", 1e-3));
        var (after, denoise) = (io.Read($"{name}.x_after"), run.Bool("denoise", otherwise: true));

        // float32 times, as the reference's linspace has them.
        var times = linspace(1, first, count, ScalarType.Float32).data<float>().Select(time => model.Path.At(time)).ToArray();
        var schedule = new NoiseSchedule(model.Path, [.. times, denoise ? model.Path.Clean : model.Path.Cleanest]);
        var noises = io.Contains($"{name}.noises") ? io.Read($"{name}.noises") : zeros(0);
        var noise = new ReplayedNoise(noises, (int)(noises.size(0) / count));
        var step = 0;
        using var last = new Kept();
        var denoiser = new WatchedDenoiser(model.Bind(), (xt, _) => last.Set(xt));
        var start = io.Read($"{name}.prior_noise") * model.Path.StartScale(schedule[0]);
        var result = Method(run).Run(denoiser, start, schedule, noise, (_, _, data) =>
        {
            // The predictor is the last to ask, about what the corrector left.
            Same(comparison, $"{name}.x_after[{2 * step}]", run.Text("predictor", "none") == "none" ? data : last.Value!, after[2 * step]);
            if (step < count - 1)
            {
                Same(comparison, $"{name}.x_after[{2 * step + 1}]", data, after[2 * step + 1]);
            }

            noise.NextStep();
            step++;
        });
        Same(comparison, $"{name}.{(denoise ? "x_mean_last" : "x_after[last]")}", result, denoise ? io.Read($"{name}.x_mean_last") : after[-1]);
    }

    private static PredictorCorrector Method(JsonElement run)
    {
        var stochasticity = run.Bool("probability_flow", otherwise: false) ? 0 : 1;
        var (ratio, steps) = (run.Double("snr", 0.16), run.Int("n_steps", 1));
        return new()
        {
            Predictor = run.Text("predictor", "none") switch
            {
                "euler_maruyama" => new ReverseSde(stochasticity) { AsScoreSde = true },
                "reverse_diffusion" => new ReverseDiffusion(stochasticity) { AsScoreSde = true },
                "ancestral_sampling" => new Ancestral { AsScoreSde = true },
                "none" => null,
                var other => throw new ArgumentException($"predictor: expected euler_maruyama, reverse_diffusion, ancestral_sampling or none; got \"{other}\"."),
            },
            Corrector = run.Text("corrector", "none") switch
            {
                "langevin" => new LangevinCorrector(ratio, steps) { AsScoreSde = true },
                "ald" => new AnnealedLangevinCorrector(ratio, steps) { AsScoreSde = true },
                "none" => null,
                var other => throw new ArgumentException($"corrector: expected langevin, ald or none; got \"{other}\"."),
            },
        };
    }

    private static void OdeSampling(
        string name, JsonElement run, SafetensorsFile io, DiffusionModel model, bool isCentered, Comparison comparison)
    {
        var (from, to) = (model.Path.At(1), model.Path.At(run.Double("eps", 1e-3)));
        var solver = new AdaptiveSteps { RelativeTolerance = run.Double("rtol", 1e-5), AbsoluteTolerance = run.Double("atol", 1e-5) };
        var flow = new ProbabilityFlowOde(model.Bind(), model.Path, FlowClock.PathTime);
        var solution = flow.Carry(solver, io.Read($"{name}.prior_noise") * model.Path.StartScale(from), from, to);

        // The reference's images are in [0, 1], whatever its networks are shown.
        var (reference, ours) = (io.Read($"{name}.out"), isCentered ? (solution.State + 1) / 2 : solution.State);
        comparison.Elements($"{name}.out", ours, reference, ShareOfOde * reference.abs().max().item<float>(), 0);
        if (run.TryGetProperty("nfe", out var evaluations))
        {
            comparison.Number($"{name}.nfe", solution.Evaluations, evaluations.GetInt32(), ShareOfEvaluations * evaluations.GetInt32());
        }
    }

    private static void Same(Comparison comparison, string name, Tensor ours, Tensor reference) =>
        comparison.Elements(name, ours, reference, Share * reference.abs().max().item<float>(), 0);
}
