using Brownian.Ode;

namespace Brownian.Tasks;

/// <summary>How images become latents and back.</summary>
public sealed record EncodeRequest
{
    /// <summary>The solver: Dormand–Prince to a tolerance of 10⁻⁵ unless another is given.</summary>
    public OdeSolver Solver { get; init; } = new AdaptiveSteps();

    /// <summary>What counts as time.</summary>
    public FlowClock Clock { get; init; }

    /// <summary>What the images are conditioned on, as many rows as images; borrowed. Null for none.</summary>
    public Condition? Condition { get; init; }
}
