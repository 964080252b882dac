using static TorchSharp.torch;

namespace Brownian;

/// <summary>A belief about noisy data. Conditions and guidance are already bound: a sampler sees nothing else.</summary>
public interface IDenoiser
{
    /// <summary>What is believed about <paramref name="xt"/>, [N, …], when the whole batch stands at one level.</summary>
    /// <remarks>Borrows <paramref name="xt"/> and returns fresh tensors that belong to the caller's dispose scope.</remarks>
    Denoised Denoise(Tensor xt, NoiseLevel at);
}
