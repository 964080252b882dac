namespace Brownian.Samplers;

/// <summary>Weights of multistep methods: what a polynomial through past values integrates to.</summary>
internal static class Interpolation
{
    /// <summary>Below this rate the moments are summed as a series, because the recursion cancels.</summary>
    private const double SmallRate = 1;

    /// <summary>
    /// The weights of values at these nodes in a linear functional of their interpolating polynomial. The functional is known by its
    /// values on 1, u, u², …
    /// </summary>
    /// <param name="nodes">Different numbers.</param>
    /// <param name="moments">The functional of u⁰, u¹, …, as many as nodes.</param>
    public static double[] Weights(ReadOnlySpan<double> nodes, ReadOnlySpan<double> moments)
    {
        var weights = new double[nodes.Length];
        for (var i = 0; i < nodes.Length; i++)
        {
            var basis = Basis(nodes, i);
            for (var power = 0; power < basis.Length; power++)
            {
                weights[i] += basis[power] * moments[power];
            }
        }

        return weights;
    }

    /// <summary>
    /// ∫₀ʰ e^(−rate·(h − s))·p(s) ds as weights of p at the nodes: 0 and the polynomial's other nodes, in the unit of h. Rate 0 gives the
    /// Adams methods on a grid of any steps, others their exponential kin.
    /// </summary>
    public static double[] Integral(double rate, double h, ReadOnlySpan<double> nodes)
    {
        var scaled = new double[nodes.Length];
        for (var i = 0; i < scaled.Length; i++)
        {
            scaled[i] = nodes[i] / h;
        }

        return Array.ConvertAll(Weights(scaled, Moments(rate * h, nodes.Length)), weight => weight * h);
    }

    /// <summary>∫₀¹ e^(−z·(1 − u))·u^j du for j = 0, 1, …: the φ functions of exponential integrators, φ_{j+1}(−z)·j!.</summary>
    public static double[] Moments(double z, int count)
    {
        var moments = new double[count];
        for (var j = 0; j < count; j++)
        {
            moments[j] = Math.Abs(z) < SmallRate ? Series(z, j) : ((j == 0 ? -double.ExpM1(-z) : 1 - j * moments[j - 1]) / z);
        }

        return moments;
    }

    /// <summary>Σ (−z)ⁿ·j!/(n + j + 1)!.</summary>
    private static double Series(double z, int j)
    {
        var (term, sum) = (1.0 / (j + 1), 0.0);
        for (var n = 1; sum + term != sum; n++)
        {
            sum += term;
            term *= -z / (n + j + 1);
        }

        return sum;
    }

    /// <summary>The coefficients, lowest first, of the polynomial that is 1 at node <paramref name="one"/> and 0 at the others.</summary>
    private static double[] Basis(ReadOnlySpan<double> nodes, int one)
    {
        var basis = new double[nodes.Length];
        basis[0] = 1;
        for (var k = 0; k < nodes.Length; k++)
        {
            if (k == one)
            {
                continue;
            }

            var scale = 1 / (nodes[one] - nodes[k]);
            for (var power = basis.Length - 1; power >= 0; power--)
            {
                basis[power] = ((power > 0 ? basis[power - 1] : 0) - nodes[k] * basis[power]) * scale;
            }
        }

        return basis;
    }
}
