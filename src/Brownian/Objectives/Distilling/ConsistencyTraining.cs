namespace Brownian.Objectives;

/// <summary>
/// Consistency training (Song et al. 2023, Algorithm 3, with the schedules of Song and Dhariwal 2024): two neighbours of a trajectory are the
/// same data with the same noise. Needs no teacher; from a teacher's weights it is consistency tuning (Geng et al. 2024).
/// </summary>
public sealed record ConsistencyTraining : ConsistencyObjective
{
    /// <summary>Training with the settings of Song and Dhariwal 2024, table 1.</summary>
    public ConsistencyTraining() => (Spacing, LogMean, Weight) = ("karras-trailing", -1.1, ConsistencyWeight.Gap);

    /// <inheritdoc/>
    public override ObjectiveRun Start(DiffusionModel model, DiffusionModel? teacher = null)
    {
        Check(model);
        return new ConsistencyRun(this, model, (pair, _) => pair.To.Alpha * pair.X0 + pair.To.Sigma * pair.Noise);
    }
}
