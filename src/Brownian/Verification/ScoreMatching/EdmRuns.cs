using System.Text.Json;
using Brownian.Checkpoints;
using Brownian.Checkpoints.Foreign;
using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Verification.ScoreMatching;

/// <summary>Runs of EDM's samplers: what the network is asked, and the images.</summary>
internal static class EdmRuns
{
    // "abs 2e-4*max|out|" (case.json).
    private const double Share = 2e-4;

    public static void Compare(GoldenFile file, SafetensorsFile io, DiffusionModel model, Comparison comparison)
    {
        var range = (file.Json.Double("sigma_min", 0), file.Json.Double("sigma_max", double.PositiveInfinity));
        foreach (var entry in file.Json.Section("samplers").ValueKind == JsonValueKind.Object ? file.Json.Section("samplers").EnumerateObject() : default)
        {
            using var scope = NewDisposeScope();
            var run = EdmRun.Read(entry.Value, range, model.Parameterization);
            Run(entry.Name, entry.Value, run, io, model with { Path = run.Path }, comparison);
        }
    }

    private static void Run(string name, JsonElement json, EdmRun run, SafetensorsFile io, DiffusionModel model, Comparison comparison)
    {
        var expected = io.Read($"{name}.out");
        var tolerance = Share * expected.abs().max().item<double>();
        var (shown, asked) = (io.Read($"{name}.net_x"), io.Read($"{name}.net_sigma"));
        var condition = json.Text("labels", string.Empty) is { Length: > 0 } labels ? new Condition { Embedding = io.Read(labels) } : null;
        var sigmas = new List<double>();
        var denoiser = new WatchedDenoiser(model.Bind(condition), (xt, at) =>
        {
            if (sigmas.Count < shown.size(0))
            {
                // Early data is as large as σ.
                var reference = shown[sigmas.Count];
                comparison.Elements($"{name}.net_x[{sigmas.Count}]", xt[..1] / at.Alpha, reference, Share * Math.Max(1, reference.abs().max().item<float>()), 0);
            }

            sigmas.Add(at.NoiseToSignal);
        });
        var noise = new ReplayedNoise(io.Contains($"{name}.noises") ? io.Read($"{name}.noises") : zeros(0), 1);
        var start = io.Read($"{name}.latents").to(ScalarType.Float64) * run.Path.StartScale(run.Schedule[0]);
        var result = run.Sampler.Run(denoiser, start, run.Schedule, noise, (_, _, _) => noise.NextStep());
        comparison.Elements($"{name}.net_sigma", tensor(sigmas.ToArray()), asked, 1e-9, 1e-5);
        comparison.Elements($"{name}.out", result, expected, tolerance, 0);
    }
}
