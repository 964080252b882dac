namespace Brownian.Runtime.Kernels;

/// <summary>
/// One call of the fused group norm on channels-last data: y = activation(x̂·(1 + scale)·weight + …), with x̂ the normalised x + before.
/// Pointers into native memory; null where a part is absent.
/// </summary>
internal unsafe struct NormProblem
{
    /// <summary>[N, P, C], float or bfloat16, as <see cref="Y"/>, <see cref="GradY"/> and <see cref="GradX"/>.</summary>
    public void* X;

    public void* Y;

    public void* GradY;

    public void* GradX;

    public int Samples;

    /// <summary>P = H·W.</summary>
    public int Pixels;

    public int Channels;

    public int Groups;

    public double Epsilon;

    public bool Silu;

    /// <summary>[C].</summary>
    public float* Weight;

    public float* Bias;

    /// <summary>[N, C] or null.</summary>
    public float* Before;

    public float* Scale;

    public float* Shift;

    /// <summary>
    /// [N, 3, C], written by the forward pass: R and Q with x̂ = x·R + Q, and the mean of x̂ over the pixels of a channel.
    /// </summary>
    public float* Statistics;

    /// <summary>[N, 2, C]: slope and offset of the affine map after x̂ (backward), or after x (forward).</summary>
    public float* Affine;

    /// <summary>[N, chunks, 2, C] sums over the pixels of a chunk.</summary>
    public float* Partial;

    /// <summary>[N, 2, C], backward: Σ dz and Σ dz·x̂ over pixels.</summary>
    public float* Sums;

    /// <summary>[N, 2, C], backward: dx = dz·slope·R + x̂·first + second.</summary>
    public float* Linear;

    /// <summary>[N, C] or null, backward: the gradient of <see cref="Before"/>.</summary>
    public float* GradBefore;

    /// <summary>
    /// Pixels that one sum runs over. A function of the image alone, so that neither the batch nor the number of threads changes a result.
    /// </summary>
    public readonly int ChunkPixels => Math.Max(32, (Pixels + 7) / 8);

    public readonly int Chunks => (Pixels + ChunkPixels - 1) / ChunkPixels;

    public readonly (int From, int To) Chunk(int chunk) => (chunk * ChunkPixels, Math.Min((chunk + 1) * ChunkPixels, Pixels));
}
