using Brownian.Likelihood;

namespace Brownian.Tasks;

/// <summary>How an image is compared with its variants.</summary>
public sealed record CompareRequest
{
    /// <summary>σ/α of the level at which scores are integrated and drawn: small, but not so small that the network knows nothing there.</summary>
    public double NoiseToSignal { get; init; } = 0.1;

    /// <summary>Draws of the noise that is laid on both ends of a line, half of them the negatives of the others; 0 for none.</summary>
    public int Draws { get; init; } = 8;

    /// <summary>How scores are integrated.</summary>
    public ScoreIntegral Integral { get; init; } = new();

    /// <summary>How likelihoods are measured (noise and probes are always common); null to leave them out.</summary>
    public LikelihoodRequest? Likelihood { get; init; } = new() { Probes = 4 };

    /// <summary>What noise is drawn from.</summary>
    public ulong Seed { get; init; }

    /// <summary>What the images are conditioned on, one row; borrowed. Null for none.</summary>
    public Condition? Condition { get; init; }
}
