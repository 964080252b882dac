namespace Brownian.Runtime.Kernels;

/// <summary>The numbers of one update.</summary>
internal struct AdamWRates
{
    /// <summary>1 − rate·decay: what weight decay leaves of a weight.</summary>
    public float Keep;

    /// <summary>The learning rate over the first moment's bias correction.</summary>
    public float Step;

    public float Epsilon;

    /// <summary>1 − β1.</summary>
    public float NewFirst;

    public float Beta2;

    /// <summary>1 − β2.</summary>
    public float NewSecond;

    /// <summary>What clipping multiplies gradients with.</summary>
    public float GradientScale;

    /// <summary>1 over the root of the second moment's bias correction.</summary>
    public float RootCorrection;

    /// <summary>1 − the average's decay.</summary>
    public float NewAverage;
}
