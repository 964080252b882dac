using Brownian.Guidance;
using Brownian.Parameterizations;
using Brownian.Paths;
using Brownian.Testing;
using static TorchSharp.torch;

namespace Brownian.Tests.Guidance;

public sealed class GuidanceTests : LeakCheck
{
    private static readonly NoiseLevel Level = DiscretePath.Linear().At(300);

    [Fact]
    public void Guidance_is_the_unconditional_belief_and_a_multiple_of_the_difference()
    {
        using var scope = NewDisposeScope();
        using var network = new WaveNetwork();
        var (wanted, any) = (Labels(0, 1, 2), Labels(9, 9, 9));
        var xt = linspace(-2, 2, 36).reshape(3, 3, 2, 2);

        // Of bits the log-odds are mixed, and the belief is no linear function of them.
        foreach (var parameterization in ParameterizationRows.All.Values.Where(row => row is not PredictBit))
        {
            var model = new DiffusionModel(network, DiscretePath.Linear(), parameterization);
            using var guided = new ClassifierFree(model, wanted, any, 2.5);
            var calls = network.Calls;
            var belief = guided.Denoise(xt, Level);
            Assert.Equal(calls + 1, network.Calls);
            var (with, without) = (model.Bind(wanted).Denoise(xt, Level), model.Bind(any).Denoise(xt, Level));

            // float32, of numbers up to 1/α.
            Assert.True(belief.X0.allclose(without.X0 + 2.5 * (with.X0 - without.X0), 1e-4, 1e-4));
            Assert.True(belief.Epsilon.allclose(without.Epsilon + 2.5 * (with.Epsilon - without.Epsilon), 1e-4, 1e-4));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Without_guidance_the_batch_is_not_doubled(double scale)
    {
        using var scope = NewDisposeScope();
        using var network = new WaveNetwork();
        var model = new DiffusionModel(network, DiscretePath.Linear(), new PredictEpsilon());
        var xt = linspace(-2, 2, 36).reshape(3, 3, 2, 2);
        using var guided = new ClassifierFree(model, Labels(0, 1, 2), Labels(9, 9, 9), scale);
        var belief = guided.Denoise(xt, Level);
        Assert.Equal(3, network.LastBatch);
        Assert.True(belief.X0.Equals(model.Bind(scale == 1 ? Labels(0, 1, 2) : Labels(9, 9, 9)).Denoise(xt, Level).X0));
    }

    [Fact]
    public void Clipped_data_keep_the_equation_of_the_level()
    {
        using var scope = NewDisposeScope();
        var xt = linspace(-4, 4, 36).reshape(3, 3, 2, 2);
        var oracle = new GaussianOracle(0, 3);
        var belief = new Thresholded(oracle, new() { Range = 0.5 }).Denoise(xt, Level);
        Assert.Equal(0.5f, belief.X0.abs().max().item<float>());
        Assert.True((Level.Alpha * belief.X0 + Level.Sigma * belief.Epsilon).allclose(xt, 1e-5, 1e-5));
        var left = new Thresholded(oracle, new() { Range = 0.5, RederiveEpsilon = false }).Denoise(xt, Level);
        Assert.True(left.Epsilon.Equals(oracle.Denoise(xt, Level).Epsilon));
    }

    [Fact]
    public void Dynamic_thresholding_divides_each_sample_by_its_own_quantile()
    {
        using var scope = NewDisposeScope();
        var one = linspace(-1, 1, 101).reshape(1, 101);
        var x0 = cat([0.5 * one, 4 * one, 10 * one], 0);
        var changed = Thresholded.Threshold(x0, new() { Quantile = 0.9, LargestBound = 5 });

        // |x0| of a row is even over [0, s]: its 0.9 quantile is 0.9 s. Below 1 the row stays; above 5 it is cut at 5.
        Assert.True(changed[0].allclose(0.5 * one[0], 1e-6, 1e-6));
        Assert.True(changed[1].allclose((4 * one[0]).clamp(-3.6, 3.6) / 3.6, 1e-5, 1e-5));
        Assert.True(changed[2].allclose((10 * one[0]).clamp(-5, 5) / 5, 1e-5, 1e-5));
    }

    private static Condition Labels(params long[] labels) => new() { Labels = tensor(labels) };
}
