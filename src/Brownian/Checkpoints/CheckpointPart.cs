namespace Brownian.Checkpoints;

/// <summary>The names of a training checkpoint's parts.</summary>
public static class CheckpointPart
{
    /// <summary>The weights that the optimizer moves.</summary>
    public const string Weights = "weights";

    /// <summary>Their exponential moving average: what is sampled from.</summary>
    public const string Ema = "ema";

    /// <summary>The optimizer's moments.</summary>
    public const string Optimizer = "optimizer";

    /// <summary>What the objective remembers: statistics of the losses, a second network. Only where it has something to remember.</summary>
    public const string Objective = "objective";

    /// <summary>Counters, random streams, data position.</summary>
    public const string State = "state";

    /// <summary>The training configuration as it was.</summary>
    public const string Config = "config.yaml";
}
