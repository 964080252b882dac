using Brownian.Checkpoints;
using Brownian.Paths;
using Brownian.Samplers;
using Brownian.Spacing;
using Brownian.Testing;
using static TorchSharp.torch;

namespace Brownian.Tests.Samplers;

public sealed class RecommendedSamplingTests : LeakCheck
{
    public static TheoryData<string> Names => [.. PathRows.Gaussian.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void What_is_recommended_for_a_path_samples_gaussian_data_well(string name)
    {
        using var scope = NewDisposeScope();
        using var noise = new SeededNoise(1);
        var path = PathRows.All[name];
        var advice = RecommendedSampling.For(path);
        var schedule = SpacingCatalog.Find(advice.Spacing).Levels(path, advice.Steps);
        var oracle = new GaussianOracle();
        var x = linspace(-2, 2, 41, dtype: ScalarType.Float64).reshape(1, 41) * schedule[0].Sigma;
        var end = advice.Method().Run(oracle, x, schedule, noise);
        var error = (end - oracle.Flow(x, schedule[0], schedule[^1])).square().mean().sqrt().item<double>();

        // Data of deviation 0.5, in about 20 steps.
        Assert.True(error < 0.06, $"{advice}: {error:g3}");
    }
}
