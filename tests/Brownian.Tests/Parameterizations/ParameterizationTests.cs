using System.Text.Json;
using Brownian.Parameterizations;
using Brownian.Testing;
using static TorchSharp.torch;

namespace Brownian.Tests.Parameterizations;

public sealed class ParameterizationTests : LeakCheck
{
    public static TheoryData<string, string> Pairs()
    {
        var pairs = new TheoryData<string, string>();
        foreach (var parameterization in ParameterizationRows.All.Keys)
        {
            foreach (var path in PathRows.All.Keys)
            {
                pairs.Add(parameterization, path);
            }
        }

        return pairs;
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Reading_the_target_gives_back_data_and_noise(string parameterization, string path)
    {
        using var scope = NewDisposeScope();
        var (row, process) = (ParameterizationRows.All[parameterization], PathRows.All[path]);
        var (x0, epsilon) = Pair();
        foreach (var fraction in new[] { 0.02, 0.3, 0.5, 0.9 })
        {
            var level = process.At(process.Noisiest.Time * fraction);
            var at = NoiseLevels.Of(level, x0);
            var xt = at.Alpha * x0 + at.Sigma * epsilon;
            var belief = row.Read(row.Target(x0, epsilon, at), xt, at);

            // float64 cancels in x0 = (xt − σε)/α or ε = (xt − αx0)/σ by at most the larger of the two ratios.
            var ratio = level.NoiseToSignal;
            var tolerance = 1e-13 * (1 + ratio + 1 / ratio) * (1 + level.Sigma);
            Assert.True(belief.X0.allclose(x0, 1e-12, tolerance));
            Assert.True(belief.Epsilon.allclose(epsilon, 1e-12, tolerance));
        }
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Both_ends_of_the_path_are_finite(string parameterization, string path)
    {
        using var scope = NewDisposeScope();
        var (row, process) = (ParameterizationRows.All[parameterization], PathRows.All[path]);
        var (x0, epsilon) = Pair();
        foreach (var level in new[] { process.Clean, process.Noisiest })
        {
            var at = NoiseLevels.PerSample([level, level, level], x0);
            var xt = at.Alpha * x0 + at.Sigma * epsilon;
            var belief = row.Read(epsilon, xt, at);
            Tensor[] all = [row.Target(x0, epsilon, at), row.Input(xt, at), row.Label(at), belief.X0, belief.Epsilon];
            Assert.All(all, t => Assert.True(t.isfinite().all().item<bool>()));
        }
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void A_batch_of_levels_is_read_as_its_samples_one_by_one(string parameterization, string path)
    {
        using var scope = NewDisposeScope();
        var (row, process) = (ParameterizationRows.All[parameterization], PathRows.All[path]);
        var (x0, epsilon) = Pair();
        NoiseLevel[] levels = [.. new[] { 0.1, 0.4, 0.8 }.Select(f => process.At(process.Noisiest.Time * f))];
        var together = row.Read(x0, epsilon, NoiseLevels.PerSample(levels, x0));
        var labels = row.Label(NoiseLevels.PerSample(levels, x0));
        Assert.Equal([3], labels.shape);
        for (var i = 0; i < 3; i++)
        {
            var at = NoiseLevels.Of(levels[i], x0);
            var alone = row.Read(x0[i..(i + 1)], epsilon[i..(i + 1)], at);
            Assert.True(alone.X0.Equals(together.X0[i..(i + 1)]));
            Assert.True(alone.Epsilon.Equals(together.Epsilon[i..(i + 1)]));
            Assert.Equal(row.Label(at).item<double>(), labels[i].item<double>());
        }
    }

    [Fact]
    public void A_parameterization_survives_json()
    {
        Parameterization[] rows = [.. ParameterizationRows.All.Values, new PredictEdm(1.25), new PredictEpsilon { TimeScale = 999 }];
        Assert.All(rows, row => Assert.Equal(row, JsonSerializer.Deserialize<Parameterization>(JsonSerializer.Serialize(row))));
        Assert.Contains("\"kind\":\"edm\"", JsonSerializer.Serialize<Parameterization>(new PredictEdm()), StringComparison.Ordinal);
    }

    [Fact]
    public void Edm_inputs_and_targets_have_unit_variance()
    {
        using var scope = NewDisposeScope();
        using var noise = new SeededNoise(1);
        var like = zeros(100_000, dtype: ScalarType.Float64);
        var (x0, epsilon) = (0.5 * noise.NormalLike(like), noise.NormalLike(like));
        var row = new PredictEdm(0.5);
        foreach (var sigma in new[] { 0.01, 0.5, 20 })
        {
            var at = NoiseLevels.Of(new(sigma, 1, sigma), like);

            // The standard error of a deviation of 100 000 numbers is 0.0022; five of them.
            Assert.Equal(1, row.Input(x0 + sigma * epsilon, at).std().item<double>(), 0.011);
            Assert.Equal(1, row.Target(x0, epsilon, at).std().item<double>(), 0.011);
        }
    }

    private static (Tensor X0, Tensor Epsilon) Pair()
    {
        using var noise = new SeededNoise(3);
        var like = zeros(3, 2, 4, 4, dtype: ScalarType.Float64);

        // Data within (−1, 1), where every parameterization has them.
        return (noise.NormalLike(like).tanh(), noise.NormalLike(like));
    }

    [Fact]
    public void A_network_may_be_told_sigma_or_the_rung_from_the_top()
    {
        using var scope = NewDisposeScope();
        var levels = NoiseLevels.PerSample([new(2, 1, 0.5), new(9, 1, 4)], zeros(2, 3));
        Assert.Equal([0.5f, 4], new PredictScore { Told = NoiseLabel.Sigma }.Label(levels).data<float>().ToArray());
        Assert.Equal([7f, 0], new PredictScore { TimeScale = -1, LabelOffset = 9 }.Label(levels).data<float>().ToArray());
        Assert.Equal([2f, 9], new PredictScore().Label(levels).data<float>().ToArray());
    }
}
