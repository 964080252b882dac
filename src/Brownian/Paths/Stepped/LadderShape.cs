namespace Brownian.Paths;

/// <summary>How the σ of a ladder are spread.</summary>
public enum LadderShape
{
    /// <summary>Each σ is the same multiple of the next (NCSN, NCSNv2).</summary>
    Geometric,

    /// <summary>Each σ is the same distance from the next.</summary>
    Uniform,
}
