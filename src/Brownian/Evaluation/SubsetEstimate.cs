namespace Brownian.Evaluation;

/// <summary>A number that was estimated several times from parts of the data.</summary>
/// <param name="Mean">Their mean.</param>
/// <param name="StandardDeviation">Their spread: of the parts, with their number in the denominator, not the error of the mean.</param>
/// <param name="Values">One for each part.</param>
public sealed record SubsetEstimate(double Mean, double StandardDeviation, IReadOnlyList<double> Values)
{
    /// <summary>Mean and spread of values.</summary>
    internal static SubsetEstimate Of(double[] values)
    {
        var mean = values.Average();
        return new(mean, Math.Sqrt(values.Average(value => (value - mean) * (value - mean))), values);
    }
}
