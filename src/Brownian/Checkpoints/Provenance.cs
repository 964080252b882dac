namespace Brownian.Checkpoints;

/// <summary>Where weights come from. Everything is optional: foreign files tell little.</summary>
public sealed record Provenance
{
    /// <summary>The program and version that trained.</summary>
    public string? Program { get; init; }

    /// <summary>The data set's name.</summary>
    public string? Data { get; init; }

    /// <summary>The training step of the weights.</summary>
    public long? Step { get; init; }

    /// <summary>Images seen by then, repetitions counted.</summary>
    public long? Images { get; init; }

    /// <summary>The run's seed.</summary>
    public ulong? Seed { get; init; }

    /// <summary>"ema" for averaged weights, "weights" for raw ones.</summary>
    public string? Weights { get; init; }

    /// <summary>The training configuration as YAML, as it was.</summary>
    public string? Config { get; init; }
}
