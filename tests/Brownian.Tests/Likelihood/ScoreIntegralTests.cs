using Brownian.Likelihood;
using Brownian.Paths;
using Brownian.Testing;
using static TorchSharp.torch;

namespace Brownian.Tests.Likelihood;

public sealed class ScoreIntegralTests : LeakCheck
{
    [Fact]
    public void The_rule_is_exact_for_the_polynomials_that_it_should_be()
    {
        double Sum(double[] weights, int power) => weights.Zip(GaussKronrod.Nodes, (w, x) => w * Math.Pow(x, power)).Sum();
        Assert.All(Enumerable.Range(0, 23), power => Assert.Equal(1.0 / (power + 1), Sum(GaussKronrod.Weights, power), 1e-14));
        Assert.All(Enumerable.Range(0, 14), power => Assert.Equal(1.0 / (power + 1), Sum(GaussKronrod.GaussWeights, power), 1e-14));
        Assert.NotEqual(1.0 / 15, Sum(GaussKronrod.GaussWeights, 14), 1e-10);
    }

    [Theory]
    [InlineData("vp", false)]
    [InlineData("ve", true)]
    [InlineData("edm", true)]
    [InlineData("flow", false)]
    [InlineData("linear", true)]
    public void Two_points_of_a_mixture_differ_by_their_log_densities(string name, bool noisy)
    {
        using var scope = NewDisposeScope();
        var oracle = MixtureOracle.Plane();
        var at = PathRows.All[name].AtNoiseToSignal(0.1);
        var (from, to) = (tensor(new[,] { { 0.5, 0.4 } }), tensor(new[,] { { -0.7, 0.2 } }));
        var noise = noisy ? tensor(new[,] { { 0.3, -1.1 } }) : null;
        var result = new ScoreIntegral { AbsoluteTolerance = 1e-9, RelativeTolerance = 0, MostPanels = 60 }.Evaluate(oracle, at, from, to, noise);
        Tensor End(Tensor x) => noise is null ? at.Alpha * x : at.Alpha * x + at.Sigma * noise;
        var exact = (oracle.LogDensity(End(to), at) - oracle.LogDensity(End(from), at)).item<double>();
        Assert.Equal(exact, result.Nats, 1e-8);
        Assert.InRange(result.Error, 0, 1e-9);
        Assert.Equal(result.Nats, result.Parts.sum().item<double>(), 1e-10);
        Assert.Equal([1, 2], result.Parts.shape);
        Assert.True(result.Calls > 1);
    }

    [Fact]
    public void Gaussian_scores_are_linear_and_need_one_call()
    {
        using var scope = NewDisposeScope();
        var oracle = new GaussianOracle();
        var at = new EdmPath().At(0.2);
        var (from, to) = (zeros(1, 2, 3, 3, dtype: ScalarType.Float64), ones(1, 2, 3, 3, dtype: ScalarType.Float64));
        var result = new ScoreIntegral().Evaluate(oracle, at, from, to);
        Assert.Equal(1, result.Calls);
        Assert.Equal(1, oracle.Calls);
        Assert.Equal((oracle.LogDensity(to, at) - oracle.LogDensity(from, at)).item<double>(), result.Nats, 1e-10);
    }

    [Fact]
    public void A_level_without_noise_has_no_score()
    {
        using var scope = NewDisposeScope();
        var x = zeros(1, 2);
        var error = Assert.Throws<ArgumentException>(() => new ScoreIntegral().Evaluate(new GaussianOracle(), new EdmPath().Clean, x, x));
        Assert.Contains("a level with noise", error.Message, StringComparison.Ordinal);
    }
}
