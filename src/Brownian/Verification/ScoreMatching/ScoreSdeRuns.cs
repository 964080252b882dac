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
        var config = file.Json.Section("config");
        var isCentered = config.Section("data").Bool("centered", otherwise: false);
        var isContinuous = config.Section("training").Bool("continuous", otherwise: true);
        var scales = config.Section("model").Int("num_scales", 1000);
        foreach (var run in samplers.ValueKind == JsonValueKind.Object ? samplers.EnumerateObject() : default)
        {
            using var scope = NewDisposeScope();
            var path = ScoreSdeModel.Path(run.Value, (ContinuousPath)model.Path);
            var own = model with { Path = path };
            if (run.Value.TryGetProperty("predictor", out _))
            {
                // Networks of the sub-VP path are always continuous.
                IDenoiser denoiser = run.Value.Bool("continuous", isContinuous) || path is SubVariancePreserving
                    ? own.Bind()
                    : new DiscretelyTrained(own.Network, path, run.Value.Int("N", scales));
                PredictorCorrector(run.Name, run.Value, io, path, denoiser, comparison);
            }
            else
            {
                OdeSampling(run.Name, run.Value, io, own, isCentered, scales, comparison);
            }
        }
    }

    private static void PredictorCorrector(string name, JsonElement run, SafetensorsFile io, ContinuousPath path, IDenoiser model, Comparison comparison)
    {
        var (count, first) = (run.Int("N", 1000), run.Double("eps", 1e-3));
        var (after, denoise) = (io.Read($"{name}.x_after"), run.Bool("denoise", otherwise: true));

        var schedule = Levels(path, count, first, denoise ? path.Clean : path.Cleanest);
        var noises = io.Contains($"{name}.noises") ? io.Read($"{name}.noises") : zeros(0);
        var noise = new ReplayedNoise(noises, (int)(noises.size(0) / count));
        var step = 0;
        using var last = new Kept();
        var denoiser = new WatchedDenoiser(model, (xt, _) => last.Set(xt));
        var start = io.Read($"{name}.prior_noise") * path.StartScale(schedule[0]);
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

    /// <summary>The levels of N steps, with float32 times, as the reference's linspace has them.</summary>
    internal static NoiseSchedule Levels(ContinuousPath path, int count, double first, NoiseLevel end) =>
        new(path, [.. linspace(1, first, count, ScalarType.Float32).data<float>().Select(time => path.At(time)), end]);

    /// <summary>get_ode_sampler's denoising after the solver: a step of the reverse-diffusion predictor with N steps, without its noise.</summary>
    internal static Tensor OneStepDenoised(IDenoiser denoiser, Tensor x, ContinuousPath path, NoiseLevel at, int count)
    {
        using var none = new SeededNoise(0);
        using var stepper = new ReverseDiffusion { AsScoreSde = true }.Start(denoiser, none, Levels(path, count, at.Time, path.Clean));
        return stepper.Step(x, at, path.Clean);
    }

    /// <summary>The sampler of a run.</summary>
    internal static PredictorCorrector Method(JsonElement run)
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
        string name, JsonElement run, SafetensorsFile io, DiffusionModel model, bool isCentered, int scales, Comparison comparison)
    {
        var (from, to) = (model.Path.At(1), model.Path.At(run.Double("eps", 1e-3)));
        var solver = new AdaptiveSteps { RelativeTolerance = run.Double("rtol", 1e-5), AbsoluteTolerance = run.Double("atol", 1e-5) };
        var denoiser = model.Bind();
        var flow = new ProbabilityFlowOde(denoiser, model.Path, FlowClock.PathTime);
        var solution = flow.Carry(solver, io.Read($"{name}.prior_noise") * model.Path.StartScale(from), from, to);

        var end = run.Bool("denoise", otherwise: false)
            ? OneStepDenoised(denoiser, solution.State, (ContinuousPath)model.Path, to, run.Int("N", scales))
            : solution.State;

        // The reference's images are in [0, 1], whatever its networks are shown.
        var (reference, ours) = (io.Read($"{name}.out"), isCentered ? (end + 1) / 2 : end);
        comparison.Elements($"{name}.out", ours, reference, ShareOfOde * reference.abs().max().item<float>(), 0);
        if (run.TryGetProperty("nfe", out var evaluations))
        {
            comparison.Number($"{name}.nfe", solution.Evaluations, evaluations.GetInt32(), ShareOfEvaluations * evaluations.GetInt32());
        }
    }

    private static void Same(Comparison comparison, string name, Tensor ours, Tensor reference) =>
        comparison.Elements(name, ours, reference, Share * reference.abs().max().item<float>(), 0);
}
