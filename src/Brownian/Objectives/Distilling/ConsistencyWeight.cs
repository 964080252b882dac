namespace Brownian.Objectives;

/// <summary>What each pair of levels counts in a consistency loss.</summary>
public enum ConsistencyWeight
{
    /// <summary>All the same (Song et al. 2023).</summary>
    Uniform,

    /// <summary>
    /// 1 over the difference of the two σ/α, so that close pairs do not vanish (Song and Dhariwal 2024, section 3.4). Pure noise counts as twice the σ/α of
    /// the level below it: without a limit the pair in which sampling begins would count nothing.
    /// </summary>
    Gap,
}
