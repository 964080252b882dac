using System.Globalization;

namespace Brownian.Cli.Evaluations;

/// <summary>One measured number.</summary>
/// <param name="Metric">Its name.</param>
/// <param name="Value">The number.</param>
/// <param name="Spread">Its standard deviation over pairs or subsets, where there are several.</param>
/// <param name="Note">What it was measured on.</param>
internal sealed record Score(string Metric, double Value, double? Spread, string Note)
{
    /// <summary>The mean of the numbers of all pairs.</summary>
    public static Score Mean(string metric, IReadOnlyList<double> values, string note)
    {
        var mean = values.Average();
        double? spread = values.Count > 1 ? Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Count - 1)) : null;
        return new(metric, mean, spread, note);
    }

    /// <summary>A line for people.</summary>
    public string Line() => string.Create(
        CultureInfo.InvariantCulture, $"{Metric,-10} {Value,12:0.#####} {(Spread is { } spread && double.IsFinite(spread) ? $"± {spread:0.#####}" : ""),-14}  {Note}");
}
