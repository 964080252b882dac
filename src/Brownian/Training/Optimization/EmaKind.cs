namespace Brownian.Training;

/// <summary>Formulas for the decay of averaged weights.</summary>
public enum EmaKind
{
    /// <summary>min(decay, (1 + n)/(10 + n)) at step n.</summary>
    Warmup,

    /// <summary>0.5^(batch / half-life), the half-life counted in images (Karras et al. 2022).</summary>
    HalfLife,
}
