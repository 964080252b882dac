using Brownian.Samplers;
using static TorchSharp.torch;

namespace Brownian.Tasks;

/// <summary>Where a run on latents starts.</summary>
/// <param name="Latents">Noisy latents at the first level, [N, C, h, w].</param>
internal sealed record LatentStart(Tensor Latents)
{
    /// <summary>What the network is shown beside them, [N, C', h, w]; null for nothing.</summary>
    public Tensor? Shown { get; init; }

    /// <summary>What is known and put back after each step; null for nothing.</summary>
    public KnownPixels? Known { get; init; }

    /// <summary>The noise of what is known, [N, C, h, w].</summary>
    public Tensor? Noise { get; init; }
}
