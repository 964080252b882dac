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

    /// <summary>Counters, random streams, data position.</summary>
    public const string State = "state";

    /// <summary>The training configuration as it was.</summary>
    public const string Config = "config.yaml";
}
