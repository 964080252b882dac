namespace Brownian.Cli.Plots;

/// <summary>Loss over steps: every batch faintly, their running mean on top, on a logarithmic axis.</summary>
internal static class LossChart
{
    private const int MostPoints = 4000;

    /// <param name="steps">Step numbers, ascending.</param>
    /// <param name="losses">The loss of each; values that are not above 0 are left out.</param>
    public static byte[] Png(IReadOnlyList<double> steps, IReadOnlyList<double> losses)
    {
        var plot = Chart.New("Training loss", "step", "loss");
        var every = Math.Max(1, steps.Count / MostPoints);
        var known = Enumerable.Range(0, steps.Count).Where(i => losses[i] > 0 && double.IsFinite(losses[i])).ToArray();
        var shown = known.Where((_, i) => i % every == 0).ToArray();
        var faint = plot.Add.Scatter(Array.ConvertAll(shown, i => steps[i]), Array.ConvertAll(shown, i => Math.Log10(losses[i])));
        (faint.MarkerSize, faint.LineWidth, faint.Color) = (0, 1, Chart.Colour(0).WithAlpha(70));

        var (xs, ys) = Smooth(steps, losses, known);
        var mean = plot.Add.Scatter(xs, ys);
        (mean.MarkerSize, mean.LineWidth, mean.Color) = (0, 2.5f, Chart.Colour(0));
        Chart.LogarithmicTicks(plot.Axes.Left, known.Select(i => Math.Log10(losses[i])));
        return Chart.Png(plot);
    }

    private static (double[] Steps, double[] Logarithms) Smooth(IReadOnlyList<double> steps, IReadOnlyList<double> losses, int[] known)
    {
        var window = Math.Max(1, known.Length / 50);
        var count = (known.Length + window - 1) / window;
        var (xs, ys) = (new double[count], new double[count]);
        for (var i = 0; i < count; i++)
        {
            var part = known.Skip(i * window).Take(window).ToArray();
            (xs[i], ys[i]) = (part.Average(j => steps[j]), Math.Log10(part.Average(j => losses[j])));
        }

        return (xs, ys);
    }
}
