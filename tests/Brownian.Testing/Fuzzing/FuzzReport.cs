namespace Brownian.Testing.Fuzzing;

/// <summary>What became of the cases.</summary>
/// <param name="Cases">How many there were.</param>
/// <param name="Sound">How many were read whole.</param>
/// <param name="Refused">How many were refused with a <see cref="Checkpoints.CheckpointFormatException"/>.</param>
/// <param name="MostBytes">The most managed memory that one case took, in bytes.</param>
/// <param name="Slowest">The longest that one case took.</param>
public sealed record FuzzReport(long Cases, long Sound, long Refused, long MostBytes, TimeSpan Slowest)
{
    /// <summary>The sum of two.</summary>
    public FuzzReport Plus(FuzzReport other) => new(
        Cases + other.Cases, Sound + other.Sound, Refused + other.Refused, Math.Max(MostBytes, other.MostBytes), Slowest > other.Slowest ? Slowest : other.Slowest);
}
