namespace Brownian.Objectives;

/// <summary>The inverse of the standard normal distribution function.</summary>
internal static class NormalQuantile
{
    /// <summary>The z with Φ(z) = <paramref name="u"/>, to 1e-9; u is kept 1e-12 away from 0 and 1.</summary>
    public static double At(double u)
    {
        // The upper half by symmetry: 1 − Φ has no digits left to lose there.
        if (u > 0.5)
        {
            return -At(1 - u);
        }

        // A start within 0.0005 (Abramowitz and Stegun 26.2.23), then Halley's steps, whose error is cubed each time.
        u = Math.Max(u, 1e-12);
        var t = Math.Sqrt(-2 * Math.Log(u));
        var z = (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308))) - t;
        for (var i = 0; i < 2; i++)
        {
            var step = (Distribution(z) - u) * Math.Sqrt(2 * Math.PI) * Math.Exp(z * z / 2);
            z -= step / (1 + z * step / 2);
        }

        return z;
    }

    /// <summary>Φ(z).</summary>
    internal static double Distribution(double z)
    {
        var x = Math.Abs(z);
        var upper = x < 3 ? 0.5 - Density(x) * Series(x) : Density(x) * ContinuedFraction(x);
        return z < 0 ? upper : 1 - upper;
    }

    private static double Density(double x) => Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI);

    // Abramowitz and Stegun 26.2.11: x + x³/3 + x⁵/15 + …
    private static double Series(double x)
    {
        double term = x, sum = x;
        for (var n = 3; term > 1e-17 * sum; n += 2)
        {
            term *= x * x / n;
            sum += term;
        }

        return sum;
    }

    // Abramowitz and Stegun 26.2.14: 1/(x + 1/(x + 2/(x + …
    private static double ContinuedFraction(double x)
    {
        var value = x;
        for (var n = 60; n > 0; n--)
        {
            value = x + n / value;
        }

        return 1 / value;
    }
}
