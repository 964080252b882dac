namespace Brownian.Paths;

/// <summary>
/// q(x_to | x_from, x0), the reverse step of a Gaussian path when the data are known (Ho et al. 2020, eq. 6 and 7; Kingma et al. 2021,
/// appendix A.2 for any α and σ): mean <c>OfX0·x0 + OfXt·x_from</c>.
/// </summary>
/// <param name="OfX0">The mean's factor of x0.</param>
/// <param name="OfXt">The mean's factor of x_from.</param>
/// <param name="Variance">The variance, DDPM's β̃: the smallest that a reverse step can have. 0 if the step ends at clean data.</param>
/// <param name="StepVariance">The variance of the forward step, DDPM's β: the largest that a reverse step needs.</param>
public readonly record struct Posterior(double OfX0, double OfXt, double Variance, double StepVariance)
{
    /// <summary>The posterior of the step from a noisier level to a cleaner one.</summary>
    public static Posterior Between(NoiseLevel from, NoiseLevel to)
    {
        var ratio = from.Alpha / to.Alpha;
        var (variance, before) = (from.Sigma * from.Sigma, to.Sigma * to.Sigma);
        var step = variance - ratio * ratio * before;
        return new(to.Alpha * step / variance, ratio * before / variance, before / variance * step, step);
    }

    /// <summary>
    /// The same for α² + σ² = 1 in float32 and in the order of DDPM's reference code. 1 − ᾱ_from/ᾱ_to cancels there, so the result has
    /// errors of up to 10⁻³ in the first steps of a table; this is for reproducing numbers that were made so.
    /// </summary>
    public static Posterior InSinglePrecision(NoiseLevel from, NoiseLevel to)
    {
        var (alphaBar, before) = (AlphaBar(from), AlphaBar(to));
        return InSinglePrecision(alphaBar, before, 1 - alphaBar / before);
    }

    /// <summary>
    /// The same with the β of the table where the two are neighbours in it, as diffusers' UnCLIPScheduler has it. In float32 1 − ᾱ of the first step is not quite
    /// its β, so that scheduler's data end 0.05 % too small.
    /// </summary>
    internal static Posterior WithTableBeta(DiscretePath path, NoiseLevel from, NoiseLevel to)
    {
        if (to.Time != from.Time - 1)
        {
            return InSinglePrecision(from, to);
        }

        using var betas = path.Betas.Betas(path.Count);
        using var beta = betas[(long)from.Time];
        return InSinglePrecision(path.AlphaBar((int)from.Time), path.AlphaBar((int)to.Time), beta.item<float>());
    }

    private static Posterior InSinglePrecision(float alphaBar, float before, float beta)
    {
        var (alpha, noise, noiseBefore) = (1 - beta, 1 - alphaBar, 1 - before);
        return new(MathF.Sqrt(before) * beta / noise, MathF.Sqrt(alpha) * noiseBefore / noise, noiseBefore / noise * beta, beta);
    }

    /// <summary>ᾱ in float32, from whichever of α and σ tells it without loss.</summary>
    private static float AlphaBar(NoiseLevel at) =>
        at.Alpha > at.Sigma ? (float)(1 - at.Sigma * at.Sigma) : (float)(at.Alpha * at.Alpha);
}
