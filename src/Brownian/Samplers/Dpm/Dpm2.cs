using static TorchSharp.torch;

namespace Brownian.Samplers;

/// <summary>
/// The midpoint method on the probability-flow ODE in σ/α, with the middle in log(σ/α): DPM-Solver-2 as Karras et al. 2022 use it for comparison (k-diffusion's
/// dpm_2, diffusers' KDPM2). Order 2, two network calls a step; one in a step that ends at clean data or starts at pure noise.
/// </summary>
/// <param name="Eta">η in [0, 1], the fraction of ancestral noise: 1 is dpm_2_ancestral.</param>
public sealed record Dpm2(double Eta = 0) : OneStepSampler
{
    /// <summary>Noise added before the steps; null for none.</summary>
    public Churn? Churn { get; init; }

    /// <summary>
    /// The noise that is kept is a difference of squares in float32, as in diffusers' KDPM2AncestralDiscreteScheduler: in long steps it is mostly rounding; and
    /// slopes are followed from pure noise (<see cref="NoiseLevel.IsPureNoise"/>) if σ/α is finite there. For reproducing its numbers.
    /// </summary>
    public bool AsDiffusers { get; init; }

    /// <inheritdoc/>
    protected override Tensor Step(SamplingRun run, Tensor xt, NoiseLevel from, NoiseLevel to)
    {
        var (noisy, at) = Churn?.Apply(xt, from, run.Schedule, run.Noise) ?? (xt, from);
        var belief = run.Denoiser.Denoise(noisy, at);
        var (kept, fresh) = AsDiffusers && Eta > 0 && !to.IsClean ? InSinglePrecision(at, to) : AncestralSplit.Of(at, to, Eta);
        var next = kept == 0 || (AsDiffusers ? at.Alpha == 0 : at.IsPureNoise)
            ? (belief.X0 * to.Alpha).add_(belief.Epsilon, alpha: kept)
            : Midpoint(run, noisy, belief, at, to, kept / to.Alpha);
        return fresh == 0 ? next : next.add_(run.Noise.NormalLike(xt), alpha: fresh);
    }

    private AncestralSplit InSinglePrecision(NoiseLevel from, NoiseLevel to)
    {
        var (before, after) = ((float)from.NoiseToSignal, (float)to.NoiseToSignal);
        var up = MathF.Sqrt(after * after * (before * before - after * after) / (before * before)) * (float)Eta;
        return new(to.Alpha * MathF.Sqrt(after * after - up * up), to.Alpha * up);
    }

    private static Tensor Midpoint(SamplingRun run, Tensor xt, Denoised belief, NoiseLevel from, NoiseLevel to, double end)
    {
        var middle = run.Schedule.Path.AtNoiseToSignal(Math.Sqrt(from.NoiseToSignal * end));
        var trial = (belief.X0 * middle.Alpha).add_(belief.Epsilon, alpha: middle.Sigma);
        var slope = run.Denoiser.Denoise(trial, middle).Epsilon;
        return (xt * (to.Alpha / from.Alpha)).add_(slope, alpha: to.Alpha * (end - from.NoiseToSignal));
    }
}
