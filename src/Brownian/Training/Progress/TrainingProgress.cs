namespace Brownian.Training;

/// <summary>How far a run is.</summary>
/// <param name="Steps">Updates made.</param>
/// <param name="Images">Images seen, repetitions counted.</param>
/// <param name="Seconds">Wall-clock time trained.</param>
public sealed record TrainingProgress(long Steps, long Images, double Seconds);
