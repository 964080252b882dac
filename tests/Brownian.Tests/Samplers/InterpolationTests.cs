using Brownian.Samplers;

namespace Brownian.Tests.Samplers;

public sealed class InterpolationTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1e-6)]
    [InlineData(0.3)]
    [InlineData(0.999)]
    [InlineData(1.001)]
    [InlineData(20)]
    [InlineData(-2)]
    public void Moments_are_the_integrals(double z)
    {
        var moments = Interpolation.Moments(z, 4);

        // Simpson's rule in 2000 parts: the error is below 20⁴/(180·2000⁴).
        const int Parts = 2000;
        for (var j = 0; j < moments.Length; j++)
        {
            double At(int i) => Math.Exp(-z * (1 - (double)i / Parts)) * Math.Pow((double)i / Parts, j);
            var sum = Enumerable.Range(0, Parts + 1).Sum(i => At(i) * (i is 0 or Parts ? 1 : i % 2 == 1 ? 4 : 2)) / (3 * Parts);
            Assert.Equal(sum, moments[j], 1e-10 * Math.Max(1, Math.Exp(-z)));
        }
    }

    [Fact]
    public void Weights_integrate_polynomials_of_their_degree_exactly()
    {
        double[] nodes = [0, -0.4, -1.1, -1.3];
        const double H = 0.7;
        var weights = Interpolation.Integral(0, H, nodes);
        var integral = nodes.Zip(weights, (u, w) => w * (1 + 2 * u - 3 * u * u + 4 * u * u * u)).Sum();
        Assert.Equal(H + H * H - H * H * H + H * H * H * H, integral, 1e-13);

        // Equal steps are Adams and Bashforth's.
        var bashforth = Interpolation.Integral(0, 1, [0, -1, -2, -3]);
        Assert.Equal([55.0 / 24, -59.0 / 24, 37.0 / 24, -9.0 / 24], bashforth.Select(w => Math.Round(w, 12)), (a, b) => Math.Abs(a - b) < 1e-11);
    }
}
