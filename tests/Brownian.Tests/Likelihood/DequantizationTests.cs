using Brownian.Likelihood;
using Brownian.Testing;
using static TorchSharp.torch;

namespace Brownian.Tests.Likelihood;

public sealed class DequantizationTests : LeakCheck
{
    private static readonly double Log2 = Math.Log(2);

    [Fact]
    public void Bits_per_dimension_have_score_sdes_offset()
    {
        // bpd = −log p/(D·ln 2) + 7 − inverse_scaler(−1): 7 for data in [−1, 1], 8 for data in [0, 1].
        Assert.Equal(1000 / (48 * Log2) + 7, Dequantization.ScoreSde.BitsPerDimension(-1000, 48), 1e-12);
        Assert.Equal(1000 / (48 * Log2) + 8, new Dequantization(1.0 / 256).BitsPerDimension(-1000, 48), 1e-12);
        Assert.Equal(1000 / (48 * Log2) + Math.Log2(127.5), Dequantization.Centred.BitsPerDimension(-1000, 48), 1e-12);
    }

    [Fact]
    public void Every_byte_has_a_bin_of_its_own_around_its_value_or_as_score_sde_has_it()
    {
        using var scope = NewDisposeScope();
        var bytes = arange(256, dtype: ScalarType.Float64).reshape(1, 1, 16, 16);
        var images = bytes / 127.5 - 1;
        var (low, high) = (zeros_like(images), full_like(images, 1 - 1e-12));
        Assert.True(Dequantization.Centred.Apply(images, full_like(images, 0.5)).allclose(images, 0, 1e-12));
        Assert.True(Dequantization.ScoreSde.Apply(images, low).allclose(bytes / 128 - 1, 0, 1e-12));
        foreach (var bins in new[] { Dequantization.Centred, Dequantization.ScoreSde })
        {
            var (begin, end) = (bins.Apply(images, low).flatten(), bins.Apply(images, high).flatten());
            Assert.True((end - begin).allclose(full_like(end, bins.BinWidth), 0, 1e-9));
            Assert.True(begin[1..].allclose(end[..^1], 0, 1e-9));
        }
    }

    [Fact]
    public void An_estimate_knows_how_sure_it_is()
    {
        var estimate = Estimate.Of([1, 2, 3, 6]);
        Assert.Equal(3, estimate.Mean);
        Assert.Equal(Math.Sqrt(14.0 / 3 / 4), estimate.Error, 1e-12);
        Assert.Equal(new Estimate(-6, 2 * estimate.Error), estimate.Times(-2));
        Assert.True(double.IsNaN(Estimate.Of([1]).Error));
    }
}
