namespace Brownian.Training;

/// <summary>What a run writes beside its metrics.</summary>
public enum TrainingEventKind
{
    /// <summary>A checkpoint folder.</summary>
    Checkpoint,

    /// <summary>A picture of samples.</summary>
    Samples,
}
