using System.Runtime.InteropServices;
using Brownian.Likelihood;
using Brownian.Ode;
using Brownian.Paths;
using Brownian.Testing;
using static TorchSharp.torch;

namespace Brownian.Tests.Likelihood;

public sealed class ExactLikelihoodTests : LeakCheck
{
    private static readonly ExactLikelihood Tight = new() { Solver = new AdaptiveSteps { RelativeTolerance = 1e-9, AbsoluteTolerance = 1e-9 } };
    private static readonly double[,] Plane = { { 0.5, 0.4 }, { -0.7, 0.2 }, { 1.5, -1 }, { 0, 0 } };

    public static TheoryData<string, FlowClock> Flows => [.. PathRows.Gaussian
        .SelectMany(row => Enum.GetValues<FlowClock>().Where(clock => clock == FlowClock.NoiseFraction || row.Value is ContinuousPath)
            .Select(clock => (row.Key, clock)))];

    [Theory]
    [MemberData(nameof(Flows))]
    public void Gaussian_data_have_their_density_on_every_path(string name, FlowClock clock)
    {
        using var scope = NewDisposeScope();
        var (path, oracle) = (PathRows.All[name], new GaussianOracle());
        var x = linspace(-1, 1.5, 12, dtype: ScalarType.Float64).reshape(3, 2, 2);
        var method = Tight with { Clock = clock, LatentLogDensity = latent => oracle.LogDensity(latent, path.Noisiest) };
        var result = method.Evaluate(oracle, path, x, new ExactDivergence());
        Assert.True(result.Nats[TensorIndex.Ellipsis, 0].allclose(oracle.LogDensity(x, path.Cleanest), 0, 1e-6));
        Assert.True(result.Latent.allclose(oracle.Flow(x, path.Cleanest, path.Noisiest), 1e-7, 1e-7));
        Assert.Equal(oracle.Calls, result.Evaluations);
    }

    [Theory]
    [InlineData("vp", FlowClock.PathTime)]
    [InlineData("subvp", FlowClock.PathTime)]
    [InlineData("ve", FlowClock.PathTime)]
    [InlineData("edm", FlowClock.NoiseFraction)]
    [InlineData("flow", FlowClock.NoiseFraction)]
    [InlineData("linear", FlowClock.NoiseFraction)]
    public void A_mixture_has_its_density(string name, FlowClock clock)
    {
        using var scope = NewDisposeScope();
        var (path, oracle) = (PathRows.All[name], MixtureOracle.Plane());
        var x = tensor(Plane);
        var method = Tight with { Clock = clock, LatentLogDensity = latent => oracle.LogDensity(latent, path.Noisiest) };
        var nats = method.Evaluate(oracle, path, x, new ExactDivergence()).Nats.squeeze(1);
        var exact = oracle.LogDensity(x, path.Cleanest);
        Assert.True(nats.allclose(exact, 0, 1e-6), $"{(nats - exact).abs().max().item<double>():g3}");
    }

    [Fact]
    public void The_usual_latent_is_the_noise_from_which_sampling_starts()
    {
        using var scope = NewDisposeScope();
        var (path, oracle) = (new VariancePreserving(), MixtureOracle.Plane());
        var x = tensor(Plane);
        var nats = Tight.Evaluate(oracle, path, x, new ExactDivergence()).Nats.squeeze(1);

        // What is left of the data at time 1, α = 0.0066 times means of size 1, in each of 2 dimensions.
        Assert.True(nats.allclose(oracle.LogDensity(x, path.Cleanest), 0, 0.02));
    }

    [Fact]
    public void Any_signs_give_the_trace_of_a_diagonal_jacobian_exactly()
    {
        using var scope = NewDisposeScope();
        using var noise = new SeededNoise(1);
        var (path, oracle) = (new VariancePreserving(), new GaussianOracle());
        var x = linspace(-1, 1.5, 12, dtype: ScalarType.Float64).reshape(3, 4);
        var exact = Tight.Evaluate(oracle, path, x, new ExactDivergence()).Nats;
        var signs = HutchinsonDivergence.Draw(x, ProbeDistribution.Rademacher, noise);
        Assert.True(signs.abs().Equals(ones_like(signs)));
        Assert.True(Tight.Evaluate(oracle, path, x, new HutchinsonDivergence(signs)).Nats.allclose(exact, 0, 1e-8));
        var normal = HutchinsonDivergence.Draw(x, ProbeDistribution.Gaussian, noise);
        Assert.False(Tight.Evaluate(oracle, path, x, new HutchinsonDivergence(normal)).Nats.allclose(exact, 0, 1e-2));
    }

    [Theory]
    [InlineData(ProbeDistribution.Rademacher)]
    [InlineData(ProbeDistribution.Gaussian)]
    public void The_mean_over_probes_is_the_likelihood_within_its_error_bar(ProbeDistribution distribution)
    {
        using var scope = NewDisposeScope();
        using var noise = new SeededNoise(4);
        var (path, oracle) = (new RectifiedFlow(), MixtureOracle.Plane());
        var x = tensor(Plane).narrow(0, 0, 2);
        var method = new ExactLikelihood { Solver = new AdaptiveSteps { RelativeTolerance = 1e-6, AbsoluteTolerance = 1e-6 } };
        var exact = method.Evaluate(oracle, path, x, new ExactDivergence()).Nats;
        var probes = Enumerable.Range(0, 32).Select(_ => HutchinsonDivergence.Draw(x, distribution, noise)).ToArray();
        var result = method.Evaluate(oracle, path, x, new HutchinsonDivergence(probes));
        Assert.Equal([2, 32], result.Nats.shape);
        for (var i = 0; i < 2; i++)
        {
            var estimate = Estimate.Of(result.Nats[i].data<double>().ToArray());
            Assert.InRange(estimate.Error, 1e-4, 1);
            Assert.InRange((estimate.Mean - exact[i, 0].item<double>()) / estimate.Error, -4, 4);
        }
    }

    [Fact]
    public void The_networks_calls_are_the_solvers_evaluations_however_many_probes()
    {
        using var scope = NewDisposeScope();
        using var noise = new SeededNoise(4);
        var oracle = new GaussianOracle();
        var x = zeros(2, 3);
        var probes = Enumerable.Range(0, 5).Select(_ => HutchinsonDivergence.Draw(x, ProbeDistribution.Gaussian, noise)).ToArray();
        var result = new ExactLikelihood().Evaluate(oracle, new VariancePreserving(), x, new HutchinsonDivergence(probes));
        Assert.Equal(oracle.Calls, result.Evaluations);
        Assert.Equal(2 + 6 * result.Steps.Count, result.Evaluations);
        Assert.Equal(ScalarType.Float32, result.Latent.dtype);
        Assert.Equal(ScalarType.Float64, result.Nats.dtype);
    }

    [Fact]
    public void A_belief_that_does_not_look_at_its_data_has_no_divergence()
    {
        using var scope = NewDisposeScope();
        var ode = new ProbabilityFlowOde(new Blind(), new EdmPath(), FlowClock.PathTime);
        var (slope, divergence) = ExactLikelihood.SlopeAndDivergence(ode, new ExactDivergence(), 1, ones(2, 3));
        Assert.True(divergence.Equals(zeros(2, 1)));
        Assert.True(slope.Equals(full(2, 3, 0.5)));
    }

    [Fact]
    public void An_error_on_the_way_back_is_an_exception_and_parameters_get_no_gradients()
    {
        using var scope = NewDisposeScope();
        var weight = full(1, 2.0f).requires_grad_(true);
        var ode = new ProbabilityFlowOde(new Weighted(weight, spoil: false), new EdmPath(), FlowClock.PathTime);
        var (_, divergence) = ExactLikelihood.SlopeAndDivergence(ode, new ExactDivergence(), 1, ones(2, 3));

        // ε = exp(2x) has the derivative 2·exp(2x).
        Assert.True(divergence.allclose(full(2, 1, 3 * 2 * Math.Exp(2))));
        Assert.Null(weight.grad);
        var spoilt = new ProbabilityFlowOde(new Weighted(weight, spoil: true), new EdmPath(), FlowClock.PathTime);
        Assert.ThrowsAny<ExternalException>(() => ExactLikelihood.SlopeAndDivergence(spoilt, new ExactDivergence(), 1, ones(2, 3)));
    }

    [Fact]
    public void A_probe_of_another_shape_is_refused()
    {
        using var scope = NewDisposeScope();
        var x = zeros(2, 3);
        var error = Assert.Throws<ArgumentException>(() => new ExactLikelihood().Evaluate(
            new GaussianOracle(), new VariancePreserving(), x, new HutchinsonDivergence(zeros(1, 3))));
        Assert.Contains("expected [2, 3]", error.Message, StringComparison.Ordinal);
    }

    /// <summary>ε is 0.5, whatever comes, and depends on a parameter.</summary>
    private sealed class Blind : IDenoiser
    {
        public Denoised Denoise(Tensor xt, NoiseLevel at) => new(zeros_like(xt), full(xt.shape, 0.5f).requires_grad_(true) * 1);
    }

    private sealed class Weighted(Tensor weight, bool spoil) : IDenoiser
    {
        public Denoised Denoise(Tensor xt, NoiseLevel at)
        {
            var epsilon = (xt * weight).exp();

            // exp's gradient needs its result, which is no longer there.
            var read = epsilon * 1;
            if (spoil)
            {
                epsilon.add_(1);
            }

            return new(zeros_like(xt), read);
        }
    }
}
