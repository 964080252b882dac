namespace Brownian.Training;

/// <summary>Sums up the steps between two lines of the metrics.</summary>
internal sealed class MetricsWindow(int every)
{
    private readonly LossByLevel levels = new();
    private double loss;
    private double norm;
    private double seconds;
    private long images;
    private int count;

    /// <summary>Counts a step in; the record that is due with it, or null.</summary>
    public MetricsRecord? Add(TrainingStep step)
    {
        levels.Add(step.Losses);
        loss += step.Loss;
        norm += step.GradientNorm;
        images += step.Losses.Count;
        seconds += step.Losses.Count / step.ImagesPerSecond;
        count++;
        return step.Number % every == 0 ? Take(step) : null;
    }

    /// <summary>The record of what was counted since the last one; null if nothing was.</summary>
    public MetricsRecord? Take(TrainingStep last)
    {
        if (count == 0)
        {
            return null;
        }

        var record = new MetricsRecord(
            last.Number, last.Images, Math.Round(last.Seconds, 3), loss / count, last.LearningRate, norm / count,
            Math.Round(images / seconds, 3), levels.TakeMeans().ToDictionary(l => l.Band, l => l.Loss, StringComparer.Ordinal));
        (loss, norm, seconds, images, count) = (0, 0, 0, 0, 0);
        return record;
    }
}
