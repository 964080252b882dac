using Brownian.Checkpoints;
using Brownian.Cli.Plots;
using Brownian.Training;

namespace Brownian.Cli.Trainings;

/// <summary>The plots of a run, from its metrics.</summary>
internal static class TrainingPlots
{
    private const int Fewest = 3;

    /// <summary>Writes loss.png and loss-by-level.png into the run's folder; nothing when there is too little to plot.</summary>
    public static IReadOnlyList<string> Write(RunFolder folder)
    {
        var records = File.Exists(folder.MetricsPath) ? MetricsLog.Read(folder.MetricsPath) : [];
        if (records.Count < Fewest)
        {
            return [];
        }

        var (loss, levels) = (Path.Combine(folder.Path, "loss.png"), Path.Combine(folder.Path, "loss-by-level.png"));
        File.WriteAllBytes(loss, Loss(records));
        File.WriteAllBytes(levels, Levels(records));
        return [loss, levels];
    }

    public static byte[] Loss(IReadOnlyList<MetricsRecord> records) =>
        LossChart.Png([.. records.Select(r => (double)r.Step)], [.. records.Select(r => r.Loss)]);

    public static byte[] Levels(IReadOnlyList<MetricsRecord> records)
    {
        var part = Math.Max(1, records.Count / 10);
        return LevelChart.Png(LossByLevel.Names, Means(records.Take(part)), Means(records.TakeLast(part)));
    }

    private static double[] Means(IEnumerable<MetricsRecord> records)
    {
        var known = records.ToArray();
        return [.. LossByLevel.Names.Select(name => known.Select(r => r.LossByLevel.TryGetValue(name, out var loss) ? loss : double.NaN)
            .Where(double.IsFinite).DefaultIfEmpty(double.NaN).Average())];
    }
}
