using static TorchSharp.torch;

namespace Brownian;

/// <summary>Noise levels as tensors, for arithmetic with a batch: one for the whole batch, or one per sample.</summary>
/// <param name="Time">The path's clock, [N] or [].</param>
/// <param name="Alpha">Signal scale, [N, 1, …, 1] or [].</param>
/// <param name="Sigma">Noise scale, [N, 1, …, 1] or [].</param>
public readonly record struct NoiseLevels(Tensor Time, Tensor Alpha, Tensor Sigma)
{
    /// <summary>One level for the whole batch, as scalars of <paramref name="like"/>'s type and device.</summary>
    public static NoiseLevels Of(NoiseLevel at, Tensor like) => new(
        tensor(at.Time, dtype: like.dtype, device: like.device),
        tensor(at.Alpha, dtype: like.dtype, device: like.device),
        tensor(at.Sigma, dtype: like.dtype, device: like.device));

    /// <summary>One level per sample, shaped to broadcast over <paramref name="like"/>, [N, …].</summary>
    public static NoiseLevels PerSample(IReadOnlyList<NoiseLevel> levels, Tensor like)
    {
        long[] shape = [levels.Count, .. Enumerable.Repeat(1L, (int)like.dim() - 1)];
        Tensor Column(Func<NoiseLevel, double> read) =>
            tensor(levels.Select(read).ToArray(), dtype: like.dtype, device: like.device);
        return new(Column(l => l.Time), Column(l => l.Alpha).reshape(shape), Column(l => l.Sigma).reshape(shape));
    }
}
