using Brownian.Objectives;
using Brownian.Parameterizations;
using static TorchSharp.torch;

namespace Brownian.Tests.Objectives;

public sealed class LossWeightTests
{
    private const double SigmaData = 0.5;
    private static readonly NoiseLevel[] Levels = [.. new double[] { 0, 20, 300, 700, 998 }.Select(t => new CirclePath().At(t))];
    private static readonly Parameterization Epsilon = new TargetOnly((_, eps, _) => eps);
    private static readonly Parameterization X0 = new TargetOnly((x0, _, _) => x0);
    private static readonly Parameterization V = new TargetOnly((x0, eps, at) => at.Alpha * eps - at.Sigma * x0);

    private static readonly Parameterization Edm = new TargetOnly((x0, eps, at) =>
    {
        var sum = at.Sigma.square() + SigmaData * SigmaData;
        var xt = at.Alpha * x0 + at.Sigma * eps;
        return (x0 - SigmaData * SigmaData / sum * xt) * sum.sqrt() / (at.Sigma * SigmaData);
    });

    [Fact]
    public void Min_snr_divides_by_snr_for_epsilon() =>
        Same(Levels.Select(l => Math.Min(l.SignalToNoise, 5) / l.SignalToNoise), new MinSnrWeight(5).Factors(Levels, Epsilon));

    [Fact]
    public void Min_snr_is_the_clamped_snr_for_x0() =>
        Same(Levels.Select(l => Math.Min(l.SignalToNoise, 5)), new MinSnrWeight(5).Factors(Levels, X0));

    [Fact]
    public void Min_snr_divides_by_snr_plus_one_for_v() =>
        Same(Levels.Select(l => Math.Min(l.SignalToNoise, 5) / (l.SignalToNoise + 1)), new MinSnrWeight(5).Factors(Levels, V));

    [Fact]
    public void Snr_weight_is_one_for_epsilon_and_sigma_squared_for_the_score()
    {
        Same(Levels.Select(_ => 1.0), new SnrWeight().Factors(Levels, Epsilon));
        Same(Levels.Select(l => l.Sigma * l.Sigma), new SnrWeight().Factors(Levels, new PredictScore()));
    }

    [Fact]
    public void Edm_weight_is_one_in_the_units_of_edms_own_network()
    {
        NoiseLevel[] levels = [new(0.002, 1, 0.002), new(0.5, 1, 0.5), new(80, 1, 80)];
        Same([1, 1, 1], new EdmWeight(SigmaData).Factors(levels, Edm));
    }

    [Fact]
    public void Edm_weight_on_x0_is_the_papers_lambda()
    {
        NoiseLevel[] levels = [new(0.5, 1, 0.5), new(2, 1, 2)];
        Same([(0.25 + 0.25) / (0.25 * 0.25), (4 + 0.25) / (4 * 0.25)], new EdmWeight(SigmaData).Factors(levels, X0));
    }

    // The gain is formed from α/σ, which float64 holds to 1e-16; subtraction inside EDM's target costs up to three more digits.
    private static void Same(IEnumerable<double> expected, double[]? actual)
    {
        Assert.NotNull(actual);
        Assert.All(expected.Zip(actual), pair => Assert.Equal(1, pair.Second / pair.First, 1e-9));
    }
}
