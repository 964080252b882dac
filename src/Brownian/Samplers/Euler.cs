using static TorchSharp.torch;

namespace Brownian.Samplers;

/// <summary>
/// Euler's method on the probability-flow ODE in σ/α (k-diffusion's and diffusers' Euler; EDM without its correction). Order 1. A step
/// without churn is DDIM's: x/α is linear in σ/α while the belief stands still.
/// </summary>
public sealed record Euler : OneStepSampler
{
    /// <summary>Noise added before the steps; null for a deterministic method.</summary>
    public Churn? Churn { get; init; }

    /// <inheritdoc/>
    protected override Tensor Step(SamplingRun run, Tensor xt, NoiseLevel from, NoiseLevel to)
    {
        var (noisy, at) = Churn?.Apply(xt, from, run.Schedule, run.Noise) ?? (xt, from);
        var belief = run.Denoiser.Denoise(noisy, at);
        return (belief.X0 * to.Alpha).add_(belief.Epsilon, alpha: to.Sigma);
    }
}
