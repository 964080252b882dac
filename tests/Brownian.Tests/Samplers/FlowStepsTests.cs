using Brownian.Ode;
using Brownian.Paths;
using Brownian.Samplers;
using Brownian.Spacing;
using Brownian.Testing;
using static TorchSharp.torch;

namespace Brownian.Tests.Samplers;

public sealed class FlowStepsTests : LeakCheck
{
    private static readonly double[,] Begin = { { 20, 14 }, { -22, 8 }, { 10, -18 } };

    public static TheoryData<SigmaClock, bool> Ablations
    {
        get
        {
            var data = new TheoryData<SigmaClock, bool>();
            foreach (var clock in Enum.GetValues<SigmaClock>())
            {
                data.Add(clock, true);
                data.Add(clock, false);
            }

            return data;
        }
    }

    [Fact]
    public void On_EDMs_path_a_step_of_Heun_is_EDMs_own()
    {
        using var scope = NewDisposeScope();
        var path = new EdmPath();
        var schedule = new Karras().Levels(path, 6);
        var (ours, edm) = (Run(new FlowSteps(), schedule), Run(new Heun(), schedule));
        Assert.True((ours - edm).abs().max().item<double>() < 1e-12);
    }

    [Theory]
    [MemberData(nameof(Ablations))]
    public void Every_clock_and_scaling_follows_the_same_flow_at_second_order(SigmaClock clock, bool preservesVariance)
    {
        using var scope = NewDisposeScope();
        var path = new ScaledPath(0.1, 40) { Clock = clock, PreservesVariance = preservesVariance };
        var (from, to) = (path.Noisiest, path.Cleanest);
        var exact = MixtureOracle.Plane().Flow(tensor(Begin) * from.Alpha, from, to);
        var errors = new[] { 64, 128 }.Select(steps =>
        {
            var levels = Enumerable.Range(0, steps + 1).Select(i => path.AtNoiseToSignal(40 * Math.Pow(0.1 / 40, (double)i / steps)));
            return (Run(new FlowSteps(), new NoiseSchedule(path, levels)) - exact).norm().item<double>();
        }).ToArray();
        Assert.InRange(errors[0] / errors[1], 3, 5.5);
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(1)]
    public void Methods_of_second_order_are_those_of_the_tables(double alpha)
    {
        var ours = FlowSteps.SecondOrder(alpha);
        var table = alpha == 1 ? ButcherTableau.Heun : ButcherTableau.Midpoint;
        Assert.Equal(table.Weights, ours.Weights);
        Assert.Equal(table.Nodes, ours.Nodes);
        Assert.Throws<ArgumentOutOfRangeException>(() => FlowSteps.SecondOrder(0));
    }

    [Fact]
    public void The_cosine_ladder_is_that_of_DDPMs_cosine_path()
    {
        var (ladder, path) = (new IddpmLadder(), DiscretePath.Cosine());
        foreach (var step in new[] { 0, 1, 10, 500, 900, 990 })
        {
            Assert.Equal(path.At(step).NoiseToSignal, ladder[999 - step], path.At(step).NoiseToSignal * 1e-3);
            Assert.Equal(999 - step, ladder.Nearest(ladder[999 - step] * 1.0001));
        }
    }

    [Fact]
    public void A_path_with_rungs_rounds_to_them()
    {
        var path = new ScaledPath { Rungs = new IddpmLadder() };
        var level = path.AtNoiseToSignal(1);
        Assert.NotEqual(1, level.NoiseToSignal);
        Assert.Equal(1, level.NoiseToSignal, 0.01);
        Assert.Equal(level, path.AtNoiseToSignal(level.NoiseToSignal));
    }

    [Fact]
    public void Spacings_of_the_ablation_keep_to_the_range_they_are_given()
    {
        var path = new ScaledPath(0.02, 30);
        foreach (var spacing in new RatioSpacing[] { new VpTimes(), new IddpmSteps(), new Exponential(), new Karras() })
        {
            var levels = (spacing with { Smallest = 0.02, Largest = 30 }).Levels(path, 8);
            Assert.Equal(9, levels.Count);
            Assert.InRange(levels[0].NoiseToSignal, 29, 30 * (1 + 1e-9));
            Assert.InRange(levels[7].NoiseToSignal, 0.02 * (1 - 1e-9), 0.025);
            Assert.All(levels.Zip(levels.Skip(1)), pair => Assert.True(pair.Second.NoiseToSignal < pair.First.NoiseToSignal));
        }

        Assert.Throws<ArgumentException>(() => new IddpmSteps(new(20)) { Smallest = 0.5, Largest = 1 }.Levels(path, 18));
    }

    private static Tensor Run(Sampler sampler, NoiseSchedule schedule)
    {
        using var noise = new SeededNoise(0);
        return sampler.Run(MixtureOracle.Plane(), tensor(Begin) * schedule[0].Alpha, schedule, noise);
    }
}
