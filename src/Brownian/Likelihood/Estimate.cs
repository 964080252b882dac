namespace Brownian.Likelihood;

/// <summary>A mean of independent draws, and how sure it is.</summary>
/// <param name="Mean">The mean.</param>
/// <param name="Error">Its standard error: the draws' standard deviation over the root of their number; NaN for a single draw.</param>
public readonly record struct Estimate(double Mean, double Error)
{
    /// <summary>The estimate that these draws give.</summary>
    public static Estimate Of(IReadOnlyList<double> draws)
    {
        var mean = draws.Average();
        var squares = draws.Sum(draw => (draw - mean) * (draw - mean));
        return new(mean, draws.Count > 1 ? Math.Sqrt(squares / (draws.Count - 1) / draws.Count) : double.NaN);
    }

    /// <summary>The estimate of this, times a number.</summary>
    public Estimate Times(double factor) => new(Mean * factor, Error * Math.Abs(factor));
}
