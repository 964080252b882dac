using Brownian.Paths;
using Brownian.Runtime.Benchmarking;
using Brownian.Samplers;
using static TorchSharp.torch;

namespace Brownian.Benchmarks.Sections;

/// <summary>Samplers with a network that does nothing, [16, 3, 64, 64]: what a step costs beyond the network.</summary>
internal static class SamplerSection
{
    public static void Run(Bench bench)
    {
        using var scope = NewDisposeScope();
        using var random = new RandomStream(5);
        var x = random.NormalLike(empty(16, 3, 64, 64));
        var path = new VariancePreserving();
        using var noise = new SeededNoise(6);
        var denoiser = new Nothing(random.NormalLike(x), random.NormalLike(x));
        var steps = new Dictionary<string, int>(StringComparer.Ordinal);
        var works = SamplerCatalog.All.Select(row =>
        {
            // Walks with jumps make more steps than they are asked for.
            var schedule = row.Spacing.Levels(path, 20);
            steps[row.Names[0]] = schedule.Steps;
            return (row.Names[0], (Action)(() => row.Sampler.Run(denoiser, x, schedule, noise).Dispose()));
        }).ToList();
        works.Add(("one 2x+3y of these tensors", () =>
        {
            for (var i = 0; i < 20; i++)
            {
                using var inner = NewDisposeScope();
                _ = (x * 2).add_(denoiser.X0, 3);
            }
        }
        ));
        foreach (var timing in Interleaved.Run(works, bench.Rounds))
        {
            var count = steps.GetValueOrDefault(timing.Name, 20);
            bench.Add(new("sampler", timing.Name, timing.Median * 1e3 / count, timing.Best * 1e3 / count, Note: "a step"));
        }
    }

    private sealed class Nothing(Tensor x0, Tensor epsilon) : IDenoiser
    {
        public Tensor X0 => x0;

        public Denoised Denoise(Tensor xt, NoiseLevel at) => new(x0.alias(), epsilon.alias());
    }
}
