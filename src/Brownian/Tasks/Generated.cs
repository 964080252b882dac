using Brownian.Networks.Latent;
using static TorchSharp.torch;

namespace Brownian.Tasks;

/// <summary>Generated samples. They belong to whoever holds this, and to no dispose scope.</summary>
/// <param name="First">The number of the first sample.</param>
/// <param name="Samples">[N, …], float32 on the CPU, in data units.</param>
/// <param name="Trajectory">Every step, if it was asked for; else empty.</param>
public sealed record Generated(int First, Tensor Samples, IReadOnlyList<GenerateFrame> Trajectory) : IDisposable
{
    /// <summary>The pictures of samples that are latents, [N, C, H, W] in [−1, 1], and those of every step. The samples are freed.</summary>
    /// <param name="codec">What turns latents into pictures. One goes through it at a time, so that memory does not grow with their number.</param>
    public Generated Decoded(ILatentCodec codec)
    {
        using var owned = this;
        using var inference = no_grad();
        return new(First, Pictures(Samples, codec), [.. Trajectory.Select(frame => frame with { Xt = Pictures(frame.Xt, codec), X0 = Pictures(frame.X0, codec) })]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Samples.Dispose();
        foreach (var frame in Trajectory)
        {
            frame.Dispose();
        }
    }

    private static Tensor Pictures(Tensor latents, ILatentCodec codec)
    {
        using var scope = NewDisposeScope();
        var device = (codec as nn.Module)?.parameters().FirstOrDefault()?.device ?? CPU;
        var rows = Enumerable.Range(0, (int)latents.size(0)).Select(i => codec.Decode(latents.narrow(0, i, 1).to(device)).to(CPU)).ToArray();
        return cat(rows, 0).clamp_(-1, 1).DetachFromDisposeScope();
    }
}
