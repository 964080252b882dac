namespace Brownian.Checkpoints;

/// <summary>A checkpoint in a run's list.</summary>
/// <param name="Step">The training step.</param>
/// <param name="Path">Its folder.</param>
/// <param name="Bytes">The size of all its files.</param>
public sealed record SavedCheckpoint(long Step, string Path, long Bytes);
