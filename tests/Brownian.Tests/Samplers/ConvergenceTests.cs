using Brownian.Paths;
using Brownian.Samplers;
using Brownian.Spacing;
using Brownian.Testing;
using static TorchSharp.torch;

namespace Brownian.Tests.Samplers;

public sealed class ConvergenceTests : LeakCheck
{
    private static readonly int[] Counts = [60, 120, 240, 480];

    // A multistep run begins with a step of order 1. At σ = 200, where the belief hardly changes, its error is nothing.
    private const double Largest = 200;
    private const double Smallest = 0.1;

    private static readonly double[,] Begin = { { 20, 140 }, { -220, 80 }, { 100, -180 }, { 260, 40 }, { -60, -40 } };

    private static readonly Lazy<double[,]> End = new(() =>
    {
        using var scope = NewDisposeScope();
        var end = MixtureOracle.Plane().Flow(tensor(Begin), new EdmPath().At(Largest), new EdmPath().At(Smallest));
        return (double[,])end.data<double>().ToNDArray();
    });

    public static TheoryData<string, Sampler, double> Orders => new()
    {
        { "DDIM", new Ddim(), 1 },
        { "Euler", new Euler(), 1 },
        { "Heun", new Heun(), 2 },
        { "DPM-Solver++ 1", new DpmSolverPlusPlus(1), 1 },
        { "DPM-Solver++ 2M", new DpmSolverPlusPlus(), 2 },
        { "DPM-Solver++ 2M Heun", new DpmSolverPlusPlus { SecondOrder = SecondOrder.Heun }, 2 },
        { "DPM-Solver++ 3M", new DpmSolverPlusPlus(3), 3 },
        { "DPM-Solver 1", new DpmSolver(1), 1 },
        { "DPM-Solver 2M", new DpmSolver(), 2 },
        { "DPM-Solver 2M Heun", new DpmSolver { SecondOrder = SecondOrder.Heun }, 2 },
        { "DPM-Solver 3M", new DpmSolver(3), 3 },
    };

    [Theory]
    [MemberData(nameof(Orders))]
    public void A_sampler_converges_at_its_order(string name, Sampler sampler, double order)
    {
        using var scope = NewDisposeScope();
        var path = new EdmPath();
        var oracle = MixtureOracle.Plane();
        var (x, exact) = (tensor(Begin), tensor(End.Value));
        var errors = Counts.Select(n =>
        {
            var levels = Enumerable.Range(0, n + 1).Select(i => path.At(Largest * Math.Pow(Smallest / Largest, (double)i / n)));
            var schedule = new NoiseSchedule(path, levels);
            using var noise = new SeededNoise(0);
            return (sampler.Run(oracle, x, schedule, noise) - exact).square().mean().sqrt().item<double>();
        }).ToArray();

        var slope = -Slope(Counts.Select(n => Math.Log(n)), errors.Select(e => Math.Log(e)));

        // Between n = 60 and 480 the next order still contributes a few per cent.
        Assert.True(Math.Abs(slope - order) < 0.1 * order, $"{name}: order {slope:f3}, errors {string.Join(' ', errors.Select(e => $"{e:e2}"))}");
    }

    private static double Slope(IEnumerable<double> x, IEnumerable<double> y)
    {
        var (xs, ys) = (x.ToArray(), y.ToArray());
        var (mx, my) = (xs.Average(), ys.Average());
        return xs.Zip(ys, (a, b) => (a - mx) * (b - my)).Sum() / xs.Sum(a => (a - mx) * (a - mx));
    }
}
