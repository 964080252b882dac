namespace Brownian.Guidance;

/// <summary>How a predicted x0 is brought back into the data's range.</summary>
public sealed record Thresholding
{
    /// <summary>The data's range: x0 lies in [−Range, Range].</summary>
    public double Range { get; init; } = 1;

    /// <summary>
    /// Dynamic thresholding (Saharia et al. 2022, section 2.3): this quantile of |x0| of each sample, at least <see cref="Range"/>, is the
    /// bound, and x0 is divided by it. Null for plain clipping.
    /// </summary>
    public double? Quantile { get; init; }

    /// <summary>The bound of dynamic thresholding is never above this, in data units, even where this is below <see cref="Range"/>.</summary>
    public double LargestBound { get; init; } = double.PositiveInfinity;

    /// <summary>Whether ε follows the changed x0, so that xt = α·x0 + σ·ε still holds, or stays as predicted.</summary>
    public bool RederiveEpsilon { get; init; } = true;
}
