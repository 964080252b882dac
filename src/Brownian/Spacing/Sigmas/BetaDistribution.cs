namespace Brownian.Spacing;

/// <summary>The beta distribution's quantiles.</summary>
internal static class BetaDistribution
{
    /// <summary>The x with P(X ≤ x) = <paramref name="p"/>, by bisection to the last bit.</summary>
    public static double Quantile(double p, double a, double b)
    {
        var (low, high) = (0.0, 1.0);
        if (p <= 0 || p >= 1)
        {
            return p <= 0 ? low : high;
        }

        while (true)
        {
            var middle = (low + high) / 2;
            if (middle <= low || middle >= high)
            {
                return middle;
            }

            (low, high) = Cumulative(middle, a, b) < p ? (middle, high) : (low, middle);
        }
    }

    /// <summary>The regularised incomplete beta function I_x(a, b).</summary>
    private static double Cumulative(double x, double a, double b)
    {
        // The fraction converges fast below the mean; above it the symmetric one does.
        if (x > (a + 1) / (a + b + 2))
        {
            return 1 - Cumulative(1 - x, b, a);
        }

        var front = Math.Exp(a * Math.Log(x) + b * double.LogP1(-x) + LogGamma(a + b) - LogGamma(a) - LogGamma(b)) / a;
        return front * Fraction(x, a, b);
    }

    /// <summary>The continued fraction DLMF 8.17.22, by Lentz's method (which finds one more than it).</summary>
    private static double Fraction(double x, double a, double b)
    {
        const double Tiny = 1e-300;
        var (c, d, value) = (1.0, 0.0, 1.0);
        for (var i = 0; i < 500; i++)
        {
            var m = i / 2;
            var term = i == 0 ? 1
                : i % 2 == 0 ? m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
                : -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
            d = 1 / NotZero(1 + term * d);
            c = NotZero(1 + term / c);
            value *= c * d;
            if (Math.Abs(c * d - 1) < 1e-16)
            {
                break;
            }
        }

        return value - 1;

        static double NotZero(double v) => Math.Abs(v) < Tiny ? Tiny : v;
    }

    /// <summary>log Γ(x) for x &gt; 0: Stirling's series (DLMF 5.11.1) after moving up to x ≥ 10.</summary>
    private static double LogGamma(double x)
    {
        var shift = 0.0;
        for (; x < 10; x++)
        {
            shift -= Math.Log(x);
        }

        var inverse = 1 / (x * x);
        var series = (1.0 / 12 - inverse * (1.0 / 360 - inverse * (1.0 / 1260 - inverse * (1.0 / 1680 - inverse / 1188)))) / x;
        return shift + (x - 0.5) * Math.Log(x) - x + 0.5 * Math.Log(2 * Math.PI) + series;
    }
}
