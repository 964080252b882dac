using Brownian.Parameterizations;

namespace Brownian.Objectives;

/// <summary>Every level counts alike in the network's own units: L_simple for ε (Ho et al. 2020, eq. 14), EDM's loss for EDM's output.</summary>
public sealed record UniformWeight : LossWeight
{
    /// <inheritdoc/>
    public override double[]? Factors(IReadOnlyList<NoiseLevel> levels, Parameterization parameterization) => null;
}
