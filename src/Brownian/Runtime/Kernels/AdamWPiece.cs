namespace Brownian.Runtime.Kernels;

/// <summary>A run of weights and what belongs to them, each <see cref="Count"/> float32 numbers.</summary>
internal unsafe struct AdamWPiece
{
    public float* Weight;

    /// <summary>Null where there is no gradient: the weights then stay.</summary>
    public float* Gradient;

    public float* First;

    public float* Second;

    /// <summary>Null where no average is kept.</summary>
    public float* Average;

    public int Count;
}
