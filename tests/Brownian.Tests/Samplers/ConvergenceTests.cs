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
        { "DEIS 3", new DpmSolver(3) { SecondOrder = SecondOrder.Heun }, 3 },
        { "DPM2", new Dpm2(), 2 },
        { "DPM-Solver++ 2S, midpoint in a step", new DpmPlusPlus2S(), 2 },
        { "LMS 1", new LinearMultistep(1), 1 },
        { "LMS 2", new LinearMultistep(2), 2 },
        { "LMS 3", new LinearMultistep(3), 3 },
        { "LMS 4", new LinearMultistep(), 4 },
        { "PNDM", new Pndm(), 2 },
        { "PLMS", new Pndm(PndmStart.Heun), 2 },
        { "iPNDM", new Pndm(PndmStart.None), 2 },
        { "DPM-Solver++ 1S", new DpmSinglestep(1), 1 },
        { "DPM-Solver++ 2S", new DpmSinglestep { LowerOrderFinal = false }, 2 },
        { "DPM-Solver++ 2S Heun", new DpmSinglestep { SecondOrder = SecondOrder.Heun, LowerOrderFinal = false }, 2 },
        { "DPM-Solver++ 3S", new DpmSinglestep(3) { LowerOrderFinal = false }, 3 },
        { "DPM-Solver++ 3S Heun", new DpmSinglestep(3) { SecondOrder = SecondOrder.Heun, LowerOrderFinal = false }, 3 },
        { "DPM-Solver 2S", new DpmSinglestep(2, DpmPrediction.Noise) { LowerOrderFinal = false }, 2 },
        { "DPM-Solver 3S", new DpmSinglestep(3, DpmPrediction.Noise) { LowerOrderFinal = false }, 3 },
        { "UniPC 1 without corrector", Predictor(1), 1 },
        { "UniPC 2 without corrector", Predictor(2), 2 },
        { "UniPC 3 without corrector", Predictor(3), 3 },
        { "UniPC 1", new UniPc(1) { LowerOrderFinal = false }, 2 },
        { "UniPC 2", new UniPc { LowerOrderFinal = false }, 3 },
        { "UniPC 2 bh1", new UniPc { Scale = UniPcScale.H, LowerOrderFinal = false }, 3 },
        { "UniPC 2 on the noise", new UniPc { Prediction = DpmPrediction.Noise, LowerOrderFinal = false }, 3 },
        { "SA-Solver 1 and 1", new SaSolver(1, 1) { Tau = Quiet, LowerOrderFinal = false }, 1 },
        { "SA-Solver 2 and 2", new SaSolver { Tau = Quiet, LowerOrderFinal = false }, 2 },
        { "SA-Solver 2 and 2 on the noise", new SaSolver { Tau = Quiet, Prediction = DpmPrediction.Noise, LowerOrderFinal = false }, 2 },
        { "SA-Solver 2 and 2 as diffusers", new SaSolver { Tau = Quiet, AsDiffusers = true, LowerOrderFinal = false }, 2 },
    };

    [Theory]
    [MemberData(nameof(Orders))]
    public void A_sampler_converges_at_its_order(string name, Sampler sampler, double order)
    {
        // Between n = 60 and 480 the next order still contributes a few per cent.
        var (slope, errors) = Measured(sampler, Counts);
        Assert.True(Math.Abs(slope - order) < 0.1 * order, $"{name}: order {slope:f3}, errors {errors}");
    }

    public static TheoryData<string, Sampler, double> HighOrders => new()
    {
        { "UniPC 3", new UniPc(3) { LowerOrderFinal = false }, 4 },
        { "SA-Solver 3 and 3", new SaSolver(3, 3) { Tau = Quiet, LowerOrderFinal = false }, 3 },
        { "SA-Solver 3 and 4", new SaSolver(3, 4) { Tau = Quiet, LowerOrderFinal = false }, 4 },
    };

    [Theory]
    [MemberData(nameof(HighOrders))]
    public void A_sampler_of_high_order_converges_at_it_in_many_steps(string name, Sampler sampler, double order)
    {
        var (slope, errors) = Measured(sampler, [240, 480]);
        Assert.True(Math.Abs(slope - order) < 0.12 * order, $"{name}: order {slope:f3}, errors {errors}");
    }

    private static (double Slope, string Errors) Measured(Sampler sampler, int[] counts)
    {
        using var scope = NewDisposeScope();
        var path = new EdmPath();
        var oracle = MixtureOracle.Plane();
        var (x, exact) = (tensor(Begin), tensor(End.Value));
        var errors = counts.Select(n =>
        {
            var levels = Enumerable.Range(0, n + 1).Select(i => path.At(Largest * Math.Pow(Smallest / Largest, (double)i / n)));
            var schedule = new NoiseSchedule(path, levels);
            using var noise = new SeededNoise(0);
            return (sampler.Run(oracle, x, schedule, noise) - exact).square().mean().sqrt().item<double>();
        }).ToArray();

        var slope = -Slope(counts.Select(n => Math.Log(n)), errors.Select(e => Math.Log(e)));
        return (slope, string.Join(' ', errors.Select(e => $"{e:e2}")));
    }

    private static SaNoise Quiet => new(0);

    private static UniPc Predictor(int order) => new(order) { Uncorrected = [.. Enumerable.Range(0, 480)], LowerOrderFinal = false };

    private static double Slope(IEnumerable<double> x, IEnumerable<double> y)
    {
        var (xs, ys) = (x.ToArray(), y.ToArray());
        var (mx, my) = (xs.Average(), ys.Average());
        return xs.Zip(ys, (a, b) => (a - mx) * (b - my)).Sum() / xs.Sum(a => (a - mx) * (a - mx));
    }
}
