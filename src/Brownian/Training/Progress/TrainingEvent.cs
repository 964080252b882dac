namespace Brownian.Training;

/// <summary>Something that a run wrote.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Step">After which step.</param>
/// <param name="Path">Where it is.</param>
public sealed record TrainingEvent(TrainingEventKind Kind, long Step, string Path);
