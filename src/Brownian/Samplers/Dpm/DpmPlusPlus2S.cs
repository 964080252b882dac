using static TorchSharp.torch;

namespace Brownian.Samplers;

/// <summary>
/// DPM-Solver++(2S) (Lu et al. 2022b, Algorithm 1) with its middle at half the step in λ, and with ancestral noise (k-diffusion's
/// dpmpp_2s_ancestral). Order 2, two network calls a step; one in a step that ends at clean data or starts at pure noise.
/// </summary>
/// <param name="Eta">η in [0, 1], the fraction of ancestral noise; 0 is deterministic.</param>
public sealed record DpmPlusPlus2S(double Eta = 0) : OneStepSampler
{
    /// <inheritdoc/>
    protected override Tensor Step(SamplingRun run, Tensor xt, NoiseLevel from, NoiseLevel to)
    {
        var belief = run.Denoiser.Denoise(xt, from);
        var (kept, fresh) = AncestralSplit.Of(from, to, Eta);
        var next = kept == 0 || from.Alpha == 0
            ? (belief.X0 * to.Alpha).add_(belief.Epsilon, alpha: kept)
            : Second(run, xt, belief, from, to, kept);
        return fresh == 0 ? next : next.add_(run.Noise.NormalLike(xt), alpha: fresh);
    }

    private static Tensor Second(SamplingRun run, Tensor xt, Denoised belief, NoiseLevel from, NoiseLevel to, double kept)
    {
        var middle = run.Schedule.Path.AtNoiseToSignal(Math.Sqrt(from.NoiseToSignal * kept / to.Alpha));
        var trial = (belief.X0 * middle.Alpha).add_(belief.Epsilon, alpha: middle.Sigma);
        return Toward(xt, run.Denoiser.Denoise(trial, middle).X0, from, to, kept);
    }

    /// <summary>The exponential step toward constant data: x0 gets α, and what is left of xt the noise that is kept.</summary>
    internal static Tensor Toward(Tensor xt, Tensor x0, NoiseLevel from, NoiseLevel to, double kept) =>
        (xt * (kept / from.Sigma)).add_(x0, alpha: to.Alpha - kept * from.Alpha / from.Sigma);
}
