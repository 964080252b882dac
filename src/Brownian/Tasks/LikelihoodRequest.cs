using Brownian.Likelihood;

namespace Brownian.Tasks;

/// <summary>How the likelihood of images is measured.</summary>
public sealed record LikelihoodRequest
{
    /// <summary>The solver, its clock, and the levels between which it goes.</summary>
    public ExactLikelihood Method { get; init; } = new();

    /// <summary>What the probes are that estimate the divergence.</summary>
    public ProbeDistribution Distribution { get; init; }

    /// <summary>Probes in each solve, one vector–Jacobian product a network call each.</summary>
    public int Probes { get; init; } = 1;

    /// <summary>Whether the divergence is computed and not estimated: as many products a call as an image has numbers.</summary>
    public bool Exact { get; init; }

    /// <summary>Solves, each with uniform noise and probes of its own.</summary>
    public int Repeats { get; init; } = 1;

    /// <summary>The bins of the bytes.</summary>
    public Dequantization Dequantization { get; init; } = Dequantization.Centred;

    /// <summary>What noise and probes are drawn from.</summary>
    public ulong Seed { get; init; }

    /// <summary>
    /// Whether all images have the same noise and probes, which makes their differences far surer than they are themselves; else each has
    /// those of its number.
    /// </summary>
    public bool CommonNoise { get; init; }

    /// <summary>Images in one solve. They share its steps, within the tolerances.</summary>
    public int BatchSize { get; init; } = 16;

    /// <summary>What the images are conditioned on, as many rows as images; borrowed. Null for none.</summary>
    public Condition? Condition { get; init; }
}
