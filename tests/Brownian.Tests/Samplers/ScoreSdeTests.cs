using Brownian.Paths;
using Brownian.Samplers;
using Brownian.Spacing;
using Brownian.Testing;
using static TorchSharp.torch;

namespace Brownian.Tests.Samplers;

/// <summary>Runs of score_sde's and NCSN's samplers, written down once more as their papers and code have them, operation by operation.</summary>
public sealed class ScoreSdeTests : LeakCheck
{
    private const int Steps = 25;

    public static TheoryData<string, string, string, bool> Runs => new()
    {
        { "vp", "euler_maruyama", "none", false },
        { "vp", "euler_maruyama", "langevin", true },
        { "vp", "ancestral_sampling", "langevin", false },
        { "vp", "reverse_diffusion", "ald", false },
        { "vp", "reverse_diffusion", "none", true },
        { "vp", "none", "langevin", false },
        { "subvp", "euler_maruyama", "none", false },
        { "subvp", "reverse_diffusion", "none", false },
        { "ve", "reverse_diffusion", "langevin", false },
        { "ve", "ancestral_sampling", "none", false },
        { "ve", "euler_maruyama", "ald", false },
        { "ve", "none", "ald", false },
    };

    [Theory]
    [MemberData(nameof(Runs))]
    public void Its_steps_are_reproduced(string pathName, string predictor, string corrector, bool probabilityFlow)
    {
        using var scope = NewDisposeScope();
        var path = (ContinuousPath)PathRows.All[pathName];
        var x = linspace(-1.5, 1.5, 36, dtype: ScalarType.Float64).reshape(3, 3, 2, 2) * path.StartScale(path.Noisiest);
        var (last, mean) = Reference(path, predictor, corrector, probabilityFlow, x);
        var sampler = new PredictorCorrector { Predictor = Predictor(predictor, probabilityFlow ? 0 : 1), Corrector = Corrector(corrector) };
        Same(mean, new Linspace());
        Same(last, new Linspace { End = FinalLevel.Cleanest });

        // The levels' times are float32 there: 1e-7, times up to 25 in the exponent of VE's σ and in 1/σ.
        void Same(Tensor expected, ISpacing spacing)
        {
            using var noise = new SeededNoise(5);
            var end = sampler.Run(new GaussianOracle(), x, spacing.Levels(path, Steps), noise);
            Assert.True(end.allclose(expected, 1e-5, 1e-5), $"{(end - expected).abs().max().item<double>()}");
        }
    }

    [Theory]
    [InlineData(FinalLevel.Clean)]
    [InlineData(FinalLevel.Cleanest)]
    public void Annealed_langevin_dynamics_is_ncsns(FinalLevel end)
    {
        using var scope = NewDisposeScope();
        using SeededNoise first = new(5), second = new(5);
        var path = new SigmaTable(2, 0.01, 5);
        var oracle = new GaussianOracle();
        var x = linspace(0, 1, 24, dtype: ScalarType.Float64).reshape(2, 3, 2, 2);
        var expected = x;
        foreach (var rung in new[] { 4, 3, 2, 1, 0 })
        {
            var level = path.At(rung);
            var size = 6.2e-6 * Math.Pow(level.Sigma / 0.01, 2);
            for (var i = 0; i < 3; i++)
            {
                var score = oracle.Denoise(expected, level).Score(level);
                expected = expected + size * score + Math.Sqrt(2 * size) * first.NormalLike(x);
            }
        }

        if (end == FinalLevel.Clean)
        {
            expected += 1e-4 * oracle.Denoise(expected, path.Cleanest).Score(path.Cleanest);
        }

        var ours = new AnnealedLangevin(6.2e-6, 3).Run(oracle, x, new Linspace { End = end }.Levels(path, 5), second);
        Assert.True(ours.allclose(expected, 1e-12, 1e-12));
    }

    [Theory]
    [InlineData(50, 232, 5, 6.2e-6)] // CIFAR-10
    [InlineData(90, 500, 5, 3.3e-6)] // CelebA 64
    public void The_rule_of_ncsnv2_gives_its_step_sizes(double largest, int rungs, int steps, double published)
    {
        var ratio = Math.Pow(largest / 0.01, 1.0 / (rungs - 1));
        var variance = (double size) =>
        {
            var e = size / 1e-4;
            var q = 2 / (2 - e);
            return Math.Pow(1 - e, 2 * steps) * (ratio * ratio - q) + q;
        };

        // The published numbers were read off a flat minimum.
        var found = AnnealedLangevin.RecommendedStep(0.01, ratio, steps);
        Assert.True(variance(found) <= variance(published) + 1e-12);
        Assert.Equal(variance(published), variance(found), 1e-3);
    }

    private static (Tensor Last, Tensor Mean) Reference(ContinuousPath path, string predictor, string corrector, bool flow, Tensor x)
    {
        using var noise = new SeededNoise(5);
        var oracle = new GaussianOracle();
        var eps = path is VarianceExploding ? 1e-5 : 1e-3;
        var times = linspace(1, eps, Steps, dtype: ScalarType.Float32).data<float>().ToArray();
        var mean = x;
        foreach (var t in times)
        {
            var level = path.At(t);
            Tensor Score(Tensor data) => oracle.Denoise(data, level).Score(level);
            var index = (int)(t * (Steps - 1));
            var beta = (0.1 + 19.9 * index / (Steps - 1)) / Steps;
            double Sigma(int i) => i < 0 ? 0 : 0.01 * Math.Pow(5000, (double)i / (Steps - 1));
            var alpha = path is VariancePreserving ? 1 - beta : 1;
            if (corrector != "none")
            {
                var score = Score(x);
                var z = noise.NormalLike(x);
                var size = corrector == "ald" ? tensor(Math.Pow(0.16 * level.Sigma, 2) * 2 * alpha)
                    : (0.16 * z.flatten(1).norm(1).mean() / score.flatten(1).norm(1).mean()).square() * 2 * alpha;
                mean = x + size * score;
                x = mean + (2 * size).sqrt() * z;
                mean = x;
            }

            var (drift, diffusion) = path switch
            {
                VarianceExploding => (0, level.Sigma * level.Sigma * 2 * Math.Log(5000)),
                VariancePreserving => (-0.5 * (0.1 + t * 19.9), 0.1 + t * 19.9),
                _ => (-0.5 * (0.1 + t * 19.9), (0.1 + t * 19.9) * (1 - Math.Exp(-2 * 0.1 * t - 19.9 * t * t))),
            };
            var half = flow ? 0.5 : 1;
            switch (predictor)
            {
                case "euler_maruyama":
                    mean = x - (drift * x - half * diffusion * Score(x)) / Steps;
                    x = flow ? mean : mean + Math.Sqrt(diffusion / Steps) * noise.NormalLike(x);
                    break;
                case "reverse_diffusion":
                    var (f, g) = path switch
                    {
                        VarianceExploding => (0, Sigma(index) * Sigma(index) - Sigma(index - 1) * Sigma(index - 1)),
                        VariancePreserving => (Math.Sqrt(1 - beta) - 1, beta),
                        _ => (drift / Steps, diffusion / Steps),
                    };
                    mean = x - f * x + half * g * Score(x);
                    x = flow ? mean : mean + Math.Sqrt(g) * noise.NormalLike(x);
                    break;
                case "ancestral_sampling" when path is VarianceExploding:
                    var (now, before) = (Sigma(index) * Sigma(index), Sigma(index - 1) * Sigma(index - 1));
                    mean = x + (now - before) * Score(x);
                    x = mean + Math.Sqrt(before * (now - before) / now) * noise.NormalLike(x);
                    break;
                case "ancestral_sampling":
                    mean = (x + beta * Score(x)) / Math.Sqrt(1 - beta);
                    x = mean + Math.Sqrt(beta) * noise.NormalLike(x);
                    break;
            }
        }

        return (x, mean);
    }

    private static Sampler? Predictor(string name, double stochasticity) => name switch
    {
        "euler_maruyama" => new ReverseSde(stochasticity) { AsScoreSde = true },
        "reverse_diffusion" => new ReverseDiffusion(stochasticity) { AsScoreSde = true },
        "ancestral_sampling" => new Ancestral { AsScoreSde = true },
        _ => null,
    };

    private static Corrector? Corrector(string name) => name switch
    {
        "langevin" => new LangevinCorrector { AsScoreSde = true },
        "ald" => new AnnealedLangevinCorrector { AsScoreSde = true },
        _ => null,
    };
}
