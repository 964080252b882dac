namespace Brownian.Training;

/// <summary>What is recorded while training.</summary>
public sealed record LogConfig
{
    /// <summary>Steps that one line of metrics.jsonl sums up.</summary>
    public int EverySteps { get; init; } = 10;

    /// <summary>Whether TensorBoard event files are written too.</summary>
    public bool Tensorboard { get; init; }

    internal void Validate() => Range.AtLeastOne(EverySteps, "log.every_steps");
}
