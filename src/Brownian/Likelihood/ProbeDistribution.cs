namespace Brownian.Likelihood;

/// <summary>What the vectors are that estimate a trace (Hutchinson 1989): any with independent numbers of mean 0 and variance 1.</summary>
public enum ProbeDistribution
{
    /// <summary>±1: of all choices the one with the smallest variance, and exact for a diagonal Jacobian.</summary>
    Rademacher,

    /// <summary>Standard normal (Skilling 1989).</summary>
    Gaussian,
}
