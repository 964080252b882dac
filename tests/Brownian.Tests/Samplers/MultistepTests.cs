using Brownian.Paths;
using Brownian.Samplers;
using Brownian.Spacing;
using Brownian.Testing;
using static TorchSharp.torch;

namespace Brownian.Tests.Samplers;

public sealed class MultistepTests : LeakCheck
{
    private static readonly double[] Ratios = [20, 9, 4, 2, 1, 0.5, 0.2, 0.05, 0.01];

    /// <summary>Two ways to write one method.</summary>
    public static TheoryData<string, Sampler, Sampler> Same => new()
    {
        { "LMS of order 1 is Euler", new LinearMultistep(1), new Euler() },
        { "single step of order 1 is DDIM", new DpmSinglestep(1), new Ddim() },
        { "single step of order 1 on the noise is DDIM", new DpmSinglestep(1, DpmPrediction.Noise), new Ddim() },
        { "UniPC of order 1 without corrector is DDIM", new UniPc(1) { Uncorrected = [.. Enumerable.Range(0, 8)] }, new Ddim() },
        { "SA-Solver of order 1 without noise and corrector is DDIM", Plain(0), new Ddim() },
        { "SA-Solver of order 1 without noise and corrector on the noise is DDIM", Plain(0) with { Prediction = DpmPrediction.Noise }, new Ddim() },
        { "SA-Solver of order 1 with noise and without corrector is SDE-DPM-Solver++ 1", Plain(1), new DpmSolverPlusPlus(1) { Stochastic = true } },
        { "SA-Solver of order 1 on the noise is SDE-DPM-Solver 1", Plain(1) with { Prediction = DpmPrediction.Noise }, new DpmSolver(1) { Stochastic = true } },
        { "SA-Solver of order 2 without noise and corrector is DPM-Solver++ 2M with exact slopes", Second, new DpmSolverPlusPlus { SecondOrder = SecondOrder.Heun, LowerOrderFinal = false } },
                { "the stochastic single step of order 1 is the multistep one", new DpmSinglestep(1) { Stochastic = true }, new DpmSolverPlusPlus(1) { Stochastic = true } },
    };

    [Theory]
    [MemberData(nameof(Same))]
    public void Methods_that_are_the_same_give_the_same(string name, Sampler first, Sampler second)
    {
        using var scope = NewDisposeScope();
        var (a, b) = (Run(first), Run(second));
        Assert.True(a.allclose(b, 1e-9, 1e-9), $"{name}: {(a - b).abs().max().item<double>():g3}");
    }

    [Fact]
    public void A_block_of_the_single_step_solver_ends_where_one_step_through_its_middle_ends()
    {
        using var scope = NewDisposeScope();
        var path = new EdmPath();
        double[] sigmas = [8, 4, 2];
        var x = linspace(-8, 8, 24, dtype: ScalarType.Float64).reshape(4, 6);
        var block = new DpmSinglestep { LowerOrderFinal = false }.Run(new GaussianOracle(), x, new(path, sigmas.Select(path.At)), new SeededNoise(0));
        var whole = new DpmPlusPlus2S().Run(new GaussianOracle(), x, new(path, path.At(8), path.At(2)), new SeededNoise(0));
        Assert.True(block.allclose(whole, 1e-12, 1e-12));
    }

    [Fact]
    public void A_long_first_step_of_lms_loses_nothing_in_single_precision()
    {
        // σ/α falls from 20291 to 3.6: in float32 the data and the slope, each times 5000, would cancel to three digits.
        using var scope = NewDisposeScope();
        var path = DiscretePath.Cosine();
        var schedule = new NoiseSchedule(path, path.Noisiest, path.At(830), path.At(500), path.Clean);
        Tensor Run(ScalarType type) => new LinearMultistep().Run(
            new GaussianOracle(), linspace(-2, 2, 24, dtype: type).reshape(4, 6), schedule, new SeededNoise(0));
        var error = (Run(ScalarType.Float32) - Run(ScalarType.Float64)).abs().max().item<double>();
        Assert.True(error < 1e-5, $"{error:g3}");
    }

    [Fact]
    public void A_block_whose_last_two_levels_are_one_is_still_finished_at_its_order()
    {
        using var scope = NewDisposeScope();
        var path = new EdmPath();
        var x = linspace(-8, 8, 24, dtype: ScalarType.Float64).reshape(4, 6);
        Tensor Run(int order, params double[] sigmas) => new DpmSinglestep(order) { LowerOrderFinal = false }
            .Run(new GaussianOracle(), x, new(path, sigmas.Select(path.At)), new SeededNoise(0));
        var exact = Run(3, [.. Enumerable.Range(0, 61).Select(i => 8 * Math.Pow(0.25, i / 60.0))]);
        var (first, second) = ((Run(1, 8, 2) - exact).abs().max().item<double>(), (Run(2, 8, 2, 2) - exact).abs().max().item<double>());
        Assert.True(second < 0.5 * first, $"first order {first:g3}, block {second:g3}");
    }

    [Theory]
    [InlineData(2, 5, new[] { 1, 2, 1, 2, 1 })]
    [InlineData(2, 6, new[] { 1, 2, 1, 2, 1, 1 })]
    [InlineData(3, 7, new[] { 1, 2, 3, 1, 2, 3, 1 })]
    [InlineData(3, 8, new[] { 1, 2, 3, 1, 2, 3, 1, 1 })]
    [InlineData(3, 9, new[] { 1, 2, 3, 1, 2, 3, 1, 2, 1 })]
    [InlineData(1, 3, new[] { 1, 1, 1 })]
    [InlineData(3, 1, new[] { 1 })]
    public void Blocks_fill_any_number_of_steps(int order, int steps, int[] orders) =>
        Assert.Equal(orders, new DpmSinglestep(order).Orders(steps, clean: true));

    [Fact]
    public void A_whole_number_of_blocks_is_not_finished_at_lower_order_if_that_is_not_wanted()
    {
        var solver = new DpmSinglestep(3) { LowerOrderFinal = false };
        Assert.Equal([1, 2, 3, 1, 2, 3], solver.Orders(6, clean: false));
        Assert.Equal([1, 2, 3, 1, 2], solver.Orders(5, clean: false));
    }

    [Fact]
    public void Bh1_and_noise_prediction_end_at_clean_data_without_nan()
    {
        using var scope = NewDisposeScope();
        using var noise = new SeededNoise(0);
        var path = DiscretePath.Linear();
        var schedule = new Linspace { SkipLast = true }.Levels(path, 20);
        var oracle = new GaussianOracle();
        var x = linspace(-2, 2, 24, dtype: ScalarType.Float64).reshape(4, 6);
        foreach (var sampler in new[] { new UniPc(3) { Scale = UniPcScale.H }, new UniPc { Prediction = DpmPrediction.Noise }, new UniPc(3) { LowerOrderFinal = false } })
        {
            var error = (sampler.Run(oracle, x, schedule, noise) - oracle.Flow(x, schedule[0], schedule[^1])).abs().max().item<double>();
            Assert.True(error < 0.15, $"{sampler}: {error:g3}");
        }
    }

    [Fact]
    public void An_inverted_spacing_finds_the_latent_of_an_image()
    {
        using var scope = NewDisposeScope();
        using var noise = new SeededNoise(0);
        var path = DiscretePath.Linear();
        var oracle = new GaussianOracle();
        var x = linspace(-1, 1, 24, dtype: ScalarType.Float64).reshape(4, 6);
        double Error(int steps)
        {
            var up = new Reversed(new Exponential()) { End = ReversedEnd.Noisiest }.Levels(path, steps);
            Assert.All(up.Zip(up.Skip(1)), pair => Assert.True(pair.Second.NoiseToSignal > pair.First.NoiseToSignal));
            Assert.Equal(path.Noisiest, up[^1]);
            var latent = new DpmSolverPlusPlus().Run(oracle, x, up, noise);
            return (latent - oracle.Flow(x, up[0], up[^1])).abs().max().item<double>();
        }

        var (coarse, fine) = (Error(30), Error(60));
        Assert.True(coarse < 0.05, $"{coarse:g3}");
        Assert.InRange(coarse / fine, 2.5, 6);
    }

    [Fact]
    public void An_order_out_of_range_is_answered_with_the_range()
    {
        Assert.Contains("order of 1, 2, 3 or 4", Assert.Throws<ArgumentOutOfRangeException>(() => new LinearMultistep(5)).Message, StringComparison.Ordinal);
        Assert.Contains("order of 1, 2 or 3", Assert.Throws<ArgumentOutOfRangeException>(() => new DpmSinglestep(4)).Message, StringComparison.Ordinal);
        Assert.Contains("UniPC: expected an order", Assert.Throws<ArgumentOutOfRangeException>(() => new UniPc(0)).Message, StringComparison.Ordinal);
        Assert.Contains("SA-Solver: expected an order from 0 to 4", Assert.Throws<ArgumentOutOfRangeException>(() => new SaSolver(2, 7)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Diffusers_strides_need_a_table()
    {
        using var scope = NewDisposeScope();
        using var noise = new SeededNoise(0);
        var schedule = new Trailing().Levels(new VariancePreserving(), 5);
        var error = Assert.Throws<ArgumentException>(() => new Pndm { AsDiffusers = true }.Run(new GaussianOracle(), zeros(1, 2), schedule, noise));
        Assert.Contains("expected a discrete path; got VariancePreserving", error.Message, StringComparison.Ordinal);
    }

    private static SaSolver Second => new(2, 0) { Tau = new(0), LowerOrderFinal = false };

    private static SaSolver Plain(double tau) => new(1, 0) { Tau = new(tau, 0, 1e9) };

    private static Tensor Run(Sampler sampler)
    {
        using var noise = new SeededNoise(3);
        var path = new EdmPath();
        var schedule = new NoiseSchedule(path, Ratios.Select(path.At));
        return sampler.Run(new GaussianOracle(), linspace(-20, 20, 24, dtype: ScalarType.Float64).reshape(4, 6), schedule, noise);
    }
}
