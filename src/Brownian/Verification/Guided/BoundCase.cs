using System.Text.Json;
using Brownian.Checkpoints;
using Brownian.Guidance;
using Brownian.Likelihood;
using static TorchSharp.torch;

namespace Brownian.Verification.Guided;

/// <summary>calc_bpd_loop: every term of the bound, the errors of x0 and ε in every step, with the reference's noise.</summary>
internal sealed class BoundCase(GoldenFile file, SafetensorsFile io, Network network, GuidedDiffusion diffusion, Condition? condition)
{
    private const double Tolerance = 1e-4;
    private const double RelativeOfPixels = 1e-3;

    public void Compare(Comparison comparison)
    {
        if (!file.Json.TryGetProperty("bpd", out var runs))
        {
            return;
        }

        foreach (var run in runs.EnumerateObject())
        {
            using var scope = NewDisposeScope();
            Compare(comparison, run.Name, run.Value);
        }
    }

    private void Compare(Comparison comparison, string name, JsonElement run)
    {
        var path = GuidedDiffusion.Path(run.GetProperty("schedule").GetString()!, run.GetProperty("steps").GetInt32());
        var schedule = GuidedDiffusion.Levels(path, Respacing(run));
        var expectedTimes = run.GetProperty("timestep_map").EnumerateArray().Select(time => time.GetDouble());
        if (!schedule.SkipLast(1).Select(level => level.Time).Reverse().SequenceEqual(expectedTimes))
        {
            comparison.Fail($"{name}.timestep_map", "other steps than the reference's");
            return;
        }

        var bound = new DiffusionModel(network, path, diffusion.Parameterization(path, schedule)).Bind(condition);
        var clips = !run.TryGetProperty("clip_denoised", out var clip) || clip.GetBoolean();
        var x0 = io.Read("diff.x_start");
        IReadOnlyList<BoundTerms> Evaluate(bool clipped)
        {
            using var noise = new FirstDraws(run.GetProperty("torch_seed").GetUInt64(), $"{name}.noise_first3", io, comparison);
            return new VariationalBound(clipped ? new Thresholded(bound, new()) : bound, schedule) { Variance = diffusion.Variance }.Evaluate(x0, noise);
        }

        var errors = Evaluate(clips);
        var results = clips && diffusion.PredictsMean ? Evaluate(clipped: false) : errors;
        Columns(comparison, $"{name}.vb", results, result => result.Steps, Tolerance);
        Columns(comparison, $"{name}.xstart_mse", errors, result => result.X0Errors, 0);
        Columns(comparison, $"{name}.mse", errors, result => result.EpsilonErrors, 0);
        Columns(comparison, $"{name}.prior_bpd", results, result => [result.Prior], Tolerance);
        Columns(comparison, $"{name}.total_bpd", results, result => [result.Total], Tolerance);
    }

    // Written as in the case: vb absolute 1e-4·max(1, |vb|), the last (pixels) relative 1e-3.
    private void Columns(
        Comparison comparison, string key, IReadOnlyList<BoundTerms> results, Func<BoundTerms, IReadOnlyList<double>> read, double absolute)
    {
        var reference = io.Read(key).reshape(results.Count, -1);
        for (var n = 0; n < results.Count; n++)
        {
            var values = read(results[n]);
            if (values.Count != reference.size(1))
            {
                comparison.Fail(key, $"{values.Count} terms, the reference has {reference.size(1)}");
                return;
            }

            for (var i = 0; i < values.Count; i++)
            {
                var expected = reference[n, i].item<float>();
                var relative = i == values.Count - 1 ? RelativeOfPixels : Tolerance;
                comparison.Number($"{key}[{n},{i}]", values[i], expected, Math.Max(absolute, relative * Math.Abs(expected)) + 1e-6);
            }
        }
    }

    private static string? Respacing(JsonElement run) => run.TryGetProperty("respacing", out var value) && value.ValueKind != JsonValueKind.Null
        ? value.ValueKind == JsonValueKind.Array ? string.Join(',', value.EnumerateArray().Select(count => count.GetInt32())) : value.ToString()
        : null;

    /// <summary>PyTorch's stream for a seed; its first draws were recorded.</summary>
    private sealed class FirstDraws(ulong seed, string key, SafetensorsFile io, Comparison comparison) : INoise, IDisposable
    {
        private readonly SeededNoise noise = new(seed);
        private int draws;

        public Tensor NormalLike(Tensor like)
        {
            var drawn = noise.NormalLike(like);
            if (io.Contains(key) && draws < io.Info(key).Shape[0])
            {
                using var scope = NewDisposeScope();
                comparison.Elements($"{key}[{draws}]", drawn, io.Read(key)[draws], 1e-6, 0);
            }

            draws++;
            return drawn;
        }

        public void Dispose() => noise.Dispose();
    }
}
