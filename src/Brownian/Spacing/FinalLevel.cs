namespace Brownian.Spacing;

/// <summary>Where a schedule ends.</summary>
public enum FinalLevel
{
    /// <summary>At clean data, σ = 0.</summary>
    Clean,

    /// <summary>At the least noisy level on which the model was trained; a little noise stays in the data.</summary>
    Cleanest,

    /// <summary>At the last of the levels that were laid out, with a step of length 0: diffusers' DEIS, SA-Solver and UniPC do so.</summary>
    Repeated,
}
