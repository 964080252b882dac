using Brownian.Objectives;
using Brownian.Parameterizations;
using Brownian.Paths;
using Brownian.Testing;
using static TorchSharp.torch;

namespace Brownian.Tests.Objectives;

public sealed class ScoreWeightTests : LeakCheck
{
    [Fact]
    public void Sigma_squared_on_the_score_is_one_on_epsilon()
    {
        NoiseLevel[] levels = [new VariancePreserving().At(0.3), new VarianceExploding().At(0.7)];
        Assert.All(new ScoreWeight().Factors(levels, new PredictEpsilon())!, factor => Assert.Equal(1, factor, 1e-9));
        var ofScore = new ScoreWeight(3).Factors(levels, new PredictScore())!;
        Assert.All(levels.Zip(ofScore), pair => Assert.Equal(Math.Pow(pair.First.Sigma, 3), pair.Second, 1e-9 * pair.Second));
    }

    [Fact]
    public void Likelihood_weighting_is_the_diffusion_over_the_variance_on_epsilon()
    {
        var path = new VariancePreserving();
        using var network = new WaveNetwork();
        var level = path.At(0.4);
        var factor = Assert.Single(new LikelihoodWeight().Factors([level], new DiffusionModel(network, path, new PredictEpsilon()))!);

        // β(t)/σ², Song et al. 2021, eq. 7 with λ = g².
        Assert.Equal((0.1 + 0.4 * 19.9) / (level.Sigma * level.Sigma), factor, 1e-6);
        var discrete = new DiffusionModel(network, DiscretePath.Linear(), new PredictEpsilon());
        Assert.Contains("continuous", Assert.Throws<ArgumentException>(() => new LikelihoodWeight().Factors([level], discrete)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Half_the_sum_is_the_mean_times_half_the_size()
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using var network = new WaveNetwork();
        using var noise = new RandomStream(1);
        var model = new DiffusionModel(network, new VarianceExploding(), new PredictScore());
        var (x, epsilon) = (noise.NormalLike(zeros(3, 2, 4, 4)), noise.NormalLike(zeros(3, 2, 4, 4)));
        NoiseLevel[] levels = [.. new[] { 0.2, 0.5, 0.9 }.Select(model.Path.At)];
        var mean = new DenoisingObjective(new UniformTime(), new ScoreWeight()).Evaluate(model, x, null, levels, epsilon);
        var half = new DenoisingObjective(new UniformTime(), new ScoreWeight()) { Reduction = LossReduction.HalfSum }.Evaluate(model, x, null, levels, epsilon);
        Assert.True((half / mean - 16).abs().max().item<float>() < 1e-4);
    }

    [Fact]
    public void Uniform_time_begins_where_it_is_told()
    {
        var path = new VariancePreserving();
        Assert.Equal(1e-5, new UniformTime(1e-5).Quantile(path, 0).Time, 1e-12);
        Assert.Equal(1e-3, new UniformTime().Quantile(path, 0).Time, 1e-12);
    }
}
