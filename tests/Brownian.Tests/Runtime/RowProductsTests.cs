using Brownian.Runtime.Kernels;
using Brownian.Testing;
using static TorchSharp.torch;

namespace Brownian.Tests.Runtime;

public sealed class RowProductsTests : LeakCheck
{
    [Theory]
    [InlineData(1, 16, 8)]
    [InlineData(7, 130, 33)]
    [InlineData(64, 512, 64)]
    public void The_product_is_libtorchs_up_to_rounding(int rows, int from, int to)
    {
        using var scope = NewDisposeScope();
        var (x, weight, bias) = Problem(rows, from, to);
        var exact = nn.functional.linear(x.to(ScalarType.Float64), weight.to(ScalarType.Float64), bias.to(ScalarType.Float64));

        // A float32 sum of n terms near 1 errs by less than n·2⁻²⁴, and by far less on average.
        Assert.True((RowProducts.Apply(x, weight, bias) - exact).abs().max().item<double>() < from * 1.2e-7);
    }

    [Theory]
    [InlineData(130, 33)]
    [InlineData(256, 64)]
    public void A_row_is_the_same_beside_any_others(int from, int to)
    {
        using var scope = NewDisposeScope();
        var (x, weight, bias) = Problem(11, from, to);
        var all = RowProducts.Apply(x, weight, bias);
        for (var i = 0; i < 11; i++)
        {
            Assert.True(RowProducts.Apply(x[i..(i + 1)], weight, bias).Equals(all[i..(i + 1)]));
            Assert.True(RowProducts.Apply(x[..(i + 1)], weight, bias).Equals(all[..(i + 1)]));
        }
    }

    private static (Tensor X, Tensor Weight, Tensor Bias) Problem(int rows, int from, int to)
    {
        using var noise = new RandomStream(13);
        return (noise.NormalLike(empty(rows, from)), noise.NormalLike(empty(to, from)), noise.NormalLike(empty(to)));
    }
}
