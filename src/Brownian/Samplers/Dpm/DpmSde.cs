using static TorchSharp.torch;

namespace Brownian.Samplers;

/// <summary>
/// DPM-Solver++ on the reverse SDE, single step (k-diffusion's dpmpp_sde, diffusers' DPMSolverSDEScheduler): an ancestral step to the
/// middle in λ, and from the start again to the end with the belief found there. Both noises are increments of one Brownian motion.
/// Two network calls a step; one in a step that ends at clean data or starts at pure noise.
/// </summary>
/// <param name="Eta">η in [0, 1], the fraction of ancestral noise.</param>
/// <remarks>
/// Brownian time is σ/α. Of an <see cref="IBrownianNoise"/> the increments are asked, so that the path does not depend on the steps; from any
/// other noise they are put together.
/// </remarks>
public sealed record DpmSde(double Eta = 1) : OneStepSampler
{
    /// <summary>A factor on the noise, about 1.003 to make up for lost detail; S_noise.</summary>
    public double NoiseScale { get; init; } = 1;

    /// <inheritdoc/>
    protected override Tensor Step(SamplingRun run, Tensor xt, NoiseLevel from, NoiseLevel to)
    {
        var belief = run.Denoiser.Denoise(xt, from);
        if (to.IsClean || from.Alpha == 0 || to.NoiseToSignal == from.NoiseToSignal)
        {
            var (kept, fresh) = AncestralSplit.Of(from, to, Eta);
            var end = (belief.X0 * to.Alpha).add_(belief.Epsilon, alpha: kept);
            return fresh == 0 ? end : end.add_(run.Noise.NormalLike(xt), alpha: NoiseScale * fresh);
        }

        var middle = run.Schedule.Path.AtNoiseToSignal(Math.Sqrt(from.NoiseToSignal * to.NoiseToSignal));
        var (toMiddle, whole) = (AncestralSplit.Of(from, middle, Eta), AncestralSplit.Of(from, to, Eta));
        var (first, both) = Noises(run.Noise, xt, from.NoiseToSignal, middle.NoiseToSignal, to.NoiseToSignal);
        var trial = (belief.X0 * middle.Alpha).add_(belief.Epsilon, alpha: toMiddle.Kept).add_(first, alpha: NoiseScale * toMiddle.Fresh);
        var x0 = run.Denoiser.Denoise(trial, middle).X0;
        return DpmPlusPlus2S.Toward(xt, x0, from, to, whole.Kept).add_(both, alpha: NoiseScale * whole.Fresh);
    }

    /// <summary>Unit noise of the first half and of the whole step.</summary>
    private static (Tensor First, Tensor Both) Noises(INoise noise, Tensor like, double from, double middle, double to)
    {
        if (noise is IBrownianNoise brownian)
        {
            return (brownian.Between(like, from, middle), brownian.Between(like, from, to));
        }

        var share = (from - middle) / (from - to);
        var first = noise.NormalLike(like);
        return (first, (first * Math.Sqrt(share)).add_(noise.NormalLike(like), alpha: Math.Sqrt(1 - share)));
    }
}
