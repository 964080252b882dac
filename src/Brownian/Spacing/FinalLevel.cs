namespace Brownian.Spacing;

/// <summary>Where a schedule ends.</summary>
public enum FinalLevel
{
    /// <summary>At clean data, σ = 0.</summary>
    Clean,

    /// <summary>At the least noisy level on which the model was trained; a little noise stays in the data.</summary>
    Cleanest,
}
