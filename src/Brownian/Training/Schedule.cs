namespace Brownian.Training;

/// <summary>Something that is done every so many minutes or steps of a run, whichever comes first.</summary>
internal sealed class Schedule(double? everyMinutes, long? everySteps, TrainingProgress start)
{
    private double lastSeconds = start.Seconds;

    /// <summary>Whether it is due after this step; asking when it is starts the next interval.</summary>
    public bool IsDue(TrainingProgress now)
    {
        var due = now.Seconds - lastSeconds >= everyMinutes * 60 || (everySteps is { } steps && now.Steps % steps == 0);
        if (due)
        {
            lastSeconds = now.Seconds;
        }

        return due;
    }
}
