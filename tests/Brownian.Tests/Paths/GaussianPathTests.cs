using System.Text.Json;
using Brownian.Paths;
using Brownian.Testing;

namespace Brownian.Tests.Paths;

public sealed class GaussianPathTests
{
    public static TheoryData<string> Names => [.. PathRows.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Signal_to_noise_falls_along_the_path(string name)
    {
        var path = PathRows.All[name];
        var (from, to) = (path.Cleanest.Time, path.Noisiest.Time);
        var lambdas = Enumerable.Range(0, 501).Select(i => path.At(from + (to - from) * i / 500).Lambda).ToArray();
        Assert.All(lambdas.Zip(lambdas.Skip(1)), pair => Assert.True(pair.Second < pair.First, $"{pair}"));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_level_is_found_again_by_its_noise_to_signal_ratio(string name)
    {
        var path = PathRows.All[name];
        var (from, to) = (path.Cleanest.Time, path.Noisiest.Time);
        foreach (var i in Enumerable.Range(0, 40))
        {
            var level = path.At(from + (to - from) * i / 40);
            var found = path.AtNoiseToSignal(level.NoiseToSignal);

            // Tables are float32: log(σ/α) has an error of 1e-7, and neighbours differ by 1e-3 or more.
            Assert.Equal(level.Time, found.Time, path is DiscretePath ? 1e-3 : 1e-9 * to);
            Assert.Equal(level.Alpha, found.Alpha, path is DiscretePath ? 1e-6 : 1e-12);
            Assert.Equal(level.NoiseToSignal, found.NoiseToSignal, level.NoiseToSignal * (path is DiscretePath ? 1e-6 : 1e-9));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_ends_of_the_ratio_are_clean_data_and_the_noisiest_level(string name)
    {
        var path = PathRows.All[name];
        Assert.Equal(path.Clean, path.AtNoiseToSignal(0));
        Assert.True(path.Clean.IsClean);
        Assert.Equal(1, path.Clean.Alpha);
        Assert.Equal(path.Noisiest, path.AtNoiseToSignal(double.PositiveInfinity));
        Assert.Throws<UnsupportedLevelException>(() => path.AtNoiseToSignal(-1));
        Assert.Throws<UnsupportedLevelException>(() => path.AtNoiseToSignal(double.NaN));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_path_survives_json(string name)
    {
        var path = PathRows.All[name];
        var json = JsonSerializer.Serialize(path);
        Assert.Contains("\"kind\"", json, StringComparison.Ordinal);
        Assert.DoesNotContain("oisiest", json, StringComparison.Ordinal);
        var back = JsonSerializer.Deserialize<GaussianPath>(json);
        Assert.Equal(path, back);
        Assert.Equal(path.Noisiest, back!.Noisiest);
    }

    [Theory]
    [InlineData("vp")]
    [InlineData("subvp")]
    [InlineData("ve")]
    [InlineData("edm")]
    [InlineData("flow")]
    public void The_rate_is_the_derivative_of_the_level(string name)
    {
        var path = (ContinuousPath)PathRows.All[name];
        foreach (var fraction in new[] { 0.05, 0.3, 0.7, 0.95 })
        {
            var time = path.Noisiest.Time * fraction;
            var h = 1e-6 * path.Noisiest.Time;
            var (before, after) = (path.At(time - h), path.At(time + h));
            var rate = path.RateAt(time);

            // Central differences: error of order h², and 1e-16/h of rounding.
            Assert.Equal((after.Alpha - before.Alpha) / (2 * h), rate.Alpha, 1e-6 * (1 + Math.Abs(rate.Alpha)));
            Assert.Equal((after.Sigma - before.Sigma) / (2 * h), rate.Sigma, 1e-6 * (1 + Math.Abs(rate.Sigma)));
        }
    }

    [Fact]
    public void The_sde_of_a_path_is_the_textbook_one()
    {
        foreach (var t in new[] { 0.01, 0.4, 1.0 })
        {
            var beta = 0.1 + t * 19.9;
            var (drift, diffusion) = new VariancePreserving().SdeAt(t);
            Assert.Equal(-beta / 2, drift, 1e-12);
            Assert.Equal(beta, diffusion, 1e-10);

            (drift, diffusion) = new SubVariancePreserving().SdeAt(t);
            Assert.Equal(-beta / 2, drift, 1e-12);
            Assert.Equal(beta * (1 - Math.Exp(-2 * (0.1 * t + 19.9 * t * t / 2))), diffusion, 1e-10);

            (drift, diffusion) = new VarianceExploding().SdeAt(t);
            var sigma = 0.01 * Math.Pow(5000, t);
            Assert.Equal(0, drift);
            Assert.Equal(sigma * sigma * 2 * Math.Log(5000), diffusion, 1e-9 * diffusion);
        }
    }
}
