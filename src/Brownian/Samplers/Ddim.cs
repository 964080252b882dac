using static TorchSharp.torch;

namespace Brownian.Samplers;

/// <summary>DDIM (Song et al. 2021, eq. 12), on any path. Order 1; 0 is deterministic, 1 has the noise of ancestral sampling.</summary>
/// <param name="Eta">η ≥ 0, the fraction of the ancestral noise.</param>
public sealed record Ddim(double Eta = 0) : OneStepSampler
{
    /// <summary>
    /// The step's end is taken to be the time minus Count/steps, as in diffusers' DDIMScheduler, and not the next level. The two differ
    /// for linspace spacing, and for trailing spacing if the number of steps does not divide the table; this one is wrong there (it does not
    /// converge) and is for reproducing numbers that were made so. Discrete paths only.
    /// </summary>
    public bool AsDiffusers { get; init; }

    /// <inheritdoc/>
    protected override Tensor Step(SamplingRun run, Tensor xt, NoiseLevel from, NoiseLevel to)
    {
        var end = AsDiffusers ? DiffusersStride.Of(run).End(from) : to;
        var belief = run.Denoiser.Denoise(xt, from);
        var (kept, fresh) = AncestralSplit.Of(from, end, Eta);
        var next = (belief.X0 * end.Alpha).add_(belief.Epsilon, alpha: kept);
        return fresh == 0 ? next : next.add_(run.Noise.NormalLike(xt), alpha: fresh);
    }
}
