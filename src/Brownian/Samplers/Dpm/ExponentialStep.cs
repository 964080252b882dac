namespace Brownian.Samplers;

/// <summary>
/// The factors of an exponential integrator's step in λ = log(α/σ):
/// x_to = Xt·x_from + D0·m + D1·m′ + D2·m″ + Noise·z, with m′ and m″ the derivatives of the model m by λ, in units of h.
/// </summary>
/// <param name="Xt">Of the data.</param>
/// <param name="D0">Of the model.</param>
/// <param name="D1">Of its first derivative.</param>
/// <param name="D2">Of its second derivative.</param>
/// <param name="Noise">Of fresh noise, if the SDE is solved.</param>
internal readonly record struct ExponentialStep(double Xt, double D0, double D1, double D2, double Noise)
{
    /// <summary>The step with the noise prediction as model (Lu et al. 2022a, eq. 3.4).</summary>
    /// <remarks>σ_to·(e^h − 1) is written without e^h, which is infinite for clean data while the product is not.</remarks>
    public static ExponentialStep OfNoise(NoiseLevel from, NoiseLevel to, double h, bool stochastic)
    {
        var ratio = to.Alpha / from.Alpha;
        var growth = ratio * from.Sigma - to.Sigma;
        var times = stochastic ? 2 : 1;
        return new(
            ratio,
            -times * growth,
            -times * (growth / h - to.Sigma),
            -times * ((growth - to.Sigma * h) / (h * h) - to.Sigma / 2),
            Math.Sqrt(Math.Max(0, ratio * ratio * from.Sigma * from.Sigma - to.Sigma * to.Sigma)));
    }

    /// <summary>The step with the data prediction as model (Lu et al. 2022b, eq. 9).</summary>
    /// <param name="from">Where it starts.</param>
    /// <param name="to">Where it ends.</param>
    /// <param name="h">The difference of λ.</param>
    /// <param name="stochastic">With the noise of the SDE, the step is that of the ODE of twice the length (eq. 18).</param>
    /// <param name="wrongSign">The sign in diffusers' stochastic third-order step, which is wrong.</param>
    public static ExponentialStep OfData(NoiseLevel from, NoiseLevel to, double h, bool stochastic, bool wrongSign = false)
    {
        var length = stochastic ? 2 * h : h;
        var falling = double.ExpM1(-length);
        return new(
            to.Sigma / from.Sigma * (stochastic ? Math.Exp(-h) : 1),
            -to.Alpha * falling,
            to.Alpha * (falling / length + 1),
            to.Alpha * ((wrongSign ? -0.5 : 0.5) - (falling + length) / (length * length)),
            to.Sigma * Math.Sqrt(Math.Max(0, -double.ExpM1(-2 * h))));
    }
}
