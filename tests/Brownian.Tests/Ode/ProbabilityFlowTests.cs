using Brownian.Ode;
using Brownian.Paths;
using Brownian.Samplers;
using Brownian.Spacing;
using Brownian.Testing;
using static TorchSharp.torch;

namespace Brownian.Tests.Ode;

public sealed class ProbabilityFlowTests : LeakCheck
{
    private static readonly AdaptiveSteps Tight = new() { RelativeTolerance = 1e-10, AbsoluteTolerance = 1e-10 };

    public static TheoryData<string, FlowClock> Flows => [.. PathRows.Gaussian
        .SelectMany(row => Enum.GetValues<FlowClock>().Where(clock => clock == FlowClock.NoiseFraction || row.Value is ContinuousPath)
            .Select(clock => (row.Key, clock)))];

    [Theory]
    [MemberData(nameof(Flows))]
    public void Data_are_carried_along_the_exact_flow_and_back(string name, FlowClock clock)
    {
        using var scope = NewDisposeScope();
        var path = PathRows.All[name];
        var oracle = new GaussianOracle();
        var ode = new ProbabilityFlowOde(oracle, path, clock);
        var x = linspace(-2, 2, 12, dtype: ScalarType.Float64).reshape(3, 4);
        var (clean, noisy) = (path.Cleanest, path.Noisiest);
        var latent = ode.Carry(Tight, x, clean, noisy).State;
        var exact = oracle.Flow(x, clean, noisy);
        Assert.True(latent.allclose(exact, 1e-7, 1e-7), $"{(latent - exact).abs().max().item<double>():g3}");
        var back = ode.Carry(Tight, latent, noisy, clean).State;
        Assert.True(back.allclose(x, 1e-7, 1e-7), $"{(back - x).abs().max().item<double>():g3}");
    }

    [Fact]
    public void Both_clocks_tell_the_same_flow_of_a_mixture()
    {
        using var scope = NewDisposeScope();
        var oracle = MixtureOracle.Plane();
        var path = new VariancePreserving();
        var x = tensor(new double[,] { { 1, -0.5 }, { -0.3, 2 }, { 0.1, 0 } });
        var (from, to) = (path.Noisiest, path.At(0.05));
        var ends = Enum.GetValues<FlowClock>().Select(clock => new ProbabilityFlowOde(oracle, path, clock).Carry(Tight, x, from, to).State).ToArray();
        Assert.True(ends[0].allclose(ends[1], 0, 1e-8));
        Assert.True(ends[0].allclose(oracle.Flow(x, from, to, 2000), 0, 1e-7));
    }

    [Fact]
    public void A_discrete_path_has_no_time_to_integrate_and_the_error_says_what_there_is()
    {
        var error = Assert.Throws<ArgumentException>(() => new ProbabilityFlowOde(new GaussianOracle(), DiscretePath.Linear(), FlowClock.PathTime));
        Assert.Contains("Use FlowClock.NoiseFraction", error.Message, StringComparison.Ordinal);
        Assert.Contains("ddim, heun", error.Message, StringComparison.Ordinal);
        using var noise = new SeededNoise(1);
        using var x = zeros(2, 3);
        Assert.Throws<ArgumentException>(() => new ProbabilityFlow { Clock = FlowClock.PathTime }.Run(
            new GaussianOracle(), x, new Trailing().Levels(DiscretePath.Linear(), 4), noise));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public void The_adaptive_sampler_is_as_exact_however_many_levels_it_shows(int steps)
    {
        using var scope = NewDisposeScope();
        using var noise = new SeededNoise(1);
        var (path, oracle) = (new VariancePreserving(), new GaussianOracle());
        var x = linspace(-2, 2, 12, dtype: ScalarType.Float64).reshape(3, 4);
        var schedule = new Trailing().Levels(path, steps);
        var end = new ProbabilityFlow { Solver = Tight }.Run(oracle, x, schedule, noise);
        var cleanest = oracle.Flow(x, schedule[0], path.Cleanest);
        Assert.True(end.allclose(oracle.Denoise(cleanest, path.Cleanest).X0, 0, 1e-8));
    }

    [Fact]
    public void Runge_kutta_on_the_levels_of_a_schedule_converges_at_fourth_order()
    {
        using var scope = NewDisposeScope();
        using var noise = new SeededNoise(1);
        var (path, oracle) = (new VariancePreserving(), MixtureOracle.Plane());
        var x = tensor(new double[,] { { 1, -0.5 }, { -0.3, 2 }, { 0.1, 0 } });
        var end = path.At(0.05);
        var exact = oracle.Flow(x, path.Noisiest, end, 2000);
        double Error(int steps)
        {
            var schedule = new NoiseSchedule(path, Enumerable.Range(0, steps + 1).Select(i => path.AtNoiseToSignal(100 * Math.Pow(end.NoiseToSignal / 100, (double)i / steps))));
            var start = oracle.Flow(x, path.Noisiest, schedule[0], 2000);
            return (SamplerCatalog.Find("rk4").Run(oracle, start, schedule, noise) - exact).square().mean().sqrt().item<double>();
        }

        Assert.Equal(4, Math.Log2(Error(40) / Error(80)), 0.5);
    }
}
