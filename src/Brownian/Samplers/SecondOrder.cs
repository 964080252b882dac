namespace Brownian.Samplers;

/// <summary>How a second-order DPM-Solver step uses the slope of the belief. Both are of order 2.</summary>
public enum SecondOrder
{
    /// <summary>The first-order step's own weight, halved (DPM-Solver's r1 = ½).</summary>
    Midpoint,

    /// <summary>The exact integral of a belief that is linear in λ.</summary>
    Heun,
}
