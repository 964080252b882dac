using static TorchSharp.torch;

namespace Brownian.Samplers;

/// <summary>
/// Heun's method on the probability-flow ODE in σ/α (Karras et al. 2022, Algorithms 1 and 2). Order 2, two network calls a step; one in
/// a step that ends at clean data or starts at pure noise (<see cref="NoiseLevel.IsPureNoise"/>), where the slope at that end does not exist.
/// </summary>
public sealed record Heun : OneStepSampler
{
    /// <summary>Noise added before the steps; null for a deterministic method.</summary>
    public Churn? Churn { get; init; }

    /// <summary>Only infinite σ/α is pure noise; for reproducing numbers that were made so.</summary>
    public bool AsDiffusers { get; init; }

    /// <inheritdoc/>
    protected override Tensor Step(SamplingRun run, Tensor xt, NoiseLevel from, NoiseLevel to)
    {
        var (noisy, at) = Churn?.Apply(xt, from, run.Schedule, run.Noise) ?? (xt, from);
        var belief = run.Denoiser.Denoise(noisy, at);
        var trial = (belief.X0 * to.Alpha).add_(belief.Epsilon, alpha: to.Sigma);
        if (to.IsClean || (AsDiffusers ? at.Alpha == 0 : at.IsPureNoise))
        {
            return trial;
        }

        // The trial moved along the slope ε; half of the difference to the slope at its end is still missing.
        var missing = to.Alpha * (to.NoiseToSignal - at.NoiseToSignal) / 2;
        var slope = run.Denoiser.Denoise(trial, to).Epsilon;
        return trial.add_(slope, alpha: missing).add_(belief.Epsilon, alpha: -missing);
    }
}
