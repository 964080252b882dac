namespace Brownian.Cli.Trainings;

/// <summary>What a training came to.</summary>
/// <param name="Run">The run's folder.</param>
/// <param name="Steps">Updates made, before a resume included.</param>
/// <param name="Images">Images seen.</param>
/// <param name="Seconds">Time trained.</param>
/// <param name="Loss">Mean of the last steps; null when there was nothing left to train.</param>
/// <param name="Finished">Whether the budget is used up.</param>
/// <param name="Plots">Files of plots.</param>
internal sealed record TrainingOutcome(string Run, long Steps, long Images, double Seconds, double? Loss, bool Finished, IReadOnlyList<string> Plots);
