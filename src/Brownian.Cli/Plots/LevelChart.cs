namespace Brownian.Cli.Plots;

/// <summary>Where the model errs: mean loss in each bucket of noise levels.</summary>
internal static class LevelChart
{
    /// <param name="labels">What each bucket is, from the cleanest to the noisiest.</param>
    /// <param name="early">Mean loss of each at the beginning; NaN where nothing fell into it.</param>
    /// <param name="late">Mean loss of each at the end.</param>
    public static byte[] Png(IReadOnlyList<string> labels, IReadOnlyList<double> early, IReadOnlyList<double> late)
    {
        var plot = Chart.New("Loss by noise level", "noise-to-signal ratio σ/α", "loss");
        Add(plot, early, "first tenth of the training", 1);
        Add(plot, late, "last tenth", 0);
        plot.Axes.Bottom.SetTicks([.. Enumerable.Range(0, labels.Count).Select(i => (double)i)], [.. labels]);
        Chart.LogarithmicTicks(plot.Axes.Left, early.Concat(late).Where(v => v > 0 && double.IsFinite(v)).Select(Math.Log10));
        plot.ShowLegend(ScottPlot.Alignment.UpperRight);
        return Chart.Png(plot);
    }

    private static void Add(ScottPlot.Plot plot, IReadOnlyList<double> values, string name, int colour)
    {
        var known = Enumerable.Range(0, values.Count).Where(i => values[i] > 0 && double.IsFinite(values[i])).ToArray();
        var line = plot.Add.Scatter(Array.ConvertAll(known, i => (double)i), Array.ConvertAll(known, i => Math.Log10(values[i])));
        (line.MarkerSize, line.LineWidth, line.Color, line.LegendText) = (7, 2, Chart.Colour(colour), name);
    }
}
