namespace Brownian.Training;

/// <summary>When a run is saved; it always is when it ends or is cancelled.</summary>
public sealed record CheckpointsConfig
{
    /// <summary>Minutes between two checkpoints; null for none by the clock.</summary>
    public double? EveryMinutes { get; init; } = 5;

    /// <summary>Steps between two checkpoints; null for none by steps.</summary>
    public long? EverySteps { get; init; }

    /// <summary>How many of the latest stay.</summary>
    public int Keep { get; init; } = 2;

    internal void Validate()
    {
        Range.Positive(EveryMinutes ?? 1, "checkpoints.every_minutes");
        Range.AtLeastOne(EverySteps ?? 1, "checkpoints.every_steps");
        Range.AtLeastOne(Keep, "checkpoints.keep");
    }
}
