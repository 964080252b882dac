using static TorchSharp.torch;

namespace Brownian.Samplers;

/// <summary>
/// Multistep consistency sampling (Song et al. 2023, Algorithm 1): the data that the model believes in, noised anew to the next level. One
/// step is the belief at pure noise.
/// </summary>
public sealed record MultistepConsistency : OneStepSampler
{
    /// <inheritdoc/>
    protected override Tensor Step(SamplingRun run, Tensor xt, NoiseLevel from, NoiseLevel to)
    {
        var x0 = run.Denoiser.Denoise(xt, from).X0;
        return to.IsClean ? x0.alias() : (x0 * to.Alpha).add_(run.Noise.NormalLike(xt), alpha: to.Sigma);
    }
}
