using Brownian.Paths;
using Brownian.Samplers;
using Brownian.Spacing;
using Brownian.Testing;
using static TorchSharp.torch;

namespace Brownian.Tests.Samplers;

/// <summary>The cosine schedule begins at σ/α = 20 000: a method that follows slopes from there multiplies errors of the network by as much.</summary>
public sealed class PureNoiseTests : LeakCheck
{
    private const double Wrong = 0.02;

    /// <summary>All methods that draw the same from the same start, whatever the noise.</summary>
    public static TheoryData<string> Deterministic => [.. SamplerCatalog.All.Select(row => row.Names[0]).Where(IsDeterministic)];

    [Theory]
    [MemberData(nameof(Deterministic))]
    public void Errors_of_a_network_stay_small_from_the_cosine_schedules_noisiest_level_on(string name)
    {
        var apart = Drawn(name, Wrong) - Drawn(name, 0);
        Assert.InRange(Math.Abs(apart), 0, 10 * Wrong);
    }

    // The noise of both runs is the same.
    [Theory]
    [InlineData("dpm2-a")]
    [InlineData("dpm++2s-a")]
    [InlineData("euler-a")]
    [InlineData("dpm++sde")]
    [InlineData("dpm++2m-sde")]
    public void And_with_fresh_noise(string name) => Errors_of_a_network_stay_small_from_the_cosine_schedules_noisiest_level_on(name);

    [Fact]
    public void A_level_is_pure_noise_from_a_ratio_of_a_thousand_on()
    {
        Assert.True(DiscretePath.Cosine().Noisiest.IsPureNoise);
        Assert.True(DiscretePath.Linear().WithZeroTerminalSnr().Noisiest.IsPureNoise);
        Assert.False(DiscretePath.Linear().Noisiest.IsPureNoise);
        Assert.False(new EdmPath().Noisiest.IsPureNoise);
    }

    [Fact]
    public void Heun_as_diffusers_follows_the_slope_from_there()
    {
        var apart = Drawn(new Heun { AsDiffusers = true }, Wrong) - Drawn(new Heun { AsDiffusers = true }, 0);
        Assert.InRange(Math.Abs(apart), 20 * Wrong, double.MaxValue);
    }

    private static bool IsDeterministic(string name) =>
        name is "ddim" or "euler" or "heun" or "dpm2" or "lms" or "pndm" or "plms" or "ipndm" or "deis" or "rk4" or "heun-flow"
        || (name.StartsWith("dpm", StringComparison.Ordinal) && !name.Contains("sde", StringComparison.Ordinal) && !name.EndsWith("-a", StringComparison.Ordinal))
        || name.StartsWith("unipc", StringComparison.Ordinal);

    private static double Drawn(string name, double wrong) => Drawn(SamplerCatalog.Find(name), wrong);

    private static double Drawn(Sampler sampler, double wrong)
    {
        using var scope = NewDisposeScope();
        using var noise = new SeededNoise(3);
        var path = DiscretePath.Cosine();
        var schedule = SpacingCatalog.Find("trailing").Levels(path, 20);
        return sampler.Run(new Erring(wrong), tensor(new double[,] { { 0.7 } }), schedule, noise).item<double>();
    }

    /// <summary>Knows N(0.3, 0.5²), and errs by another amount at each level.</summary>
    private sealed class Erring(double wrong) : IDenoiser
    {
        private readonly GaussianOracle truth = new();

        public Denoised Denoise(Tensor xt, NoiseLevel at)
        {
            var x0 = truth.Denoise(xt, at).X0 + wrong * Math.Sin(1000 * at.Time);
            return new(x0, (xt - at.Alpha * x0) / at.Sigma);
        }
    }
}
