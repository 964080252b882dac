using static TorchSharp.torch;

namespace Brownian.Samplers;

/// <summary>
/// Multistep consistency sampling (Song et al. 2023, Algorithm 1): the data that the model believes in, noised anew to the next level. One
/// step is the belief at pure noise. The method of consistency models, of latent consistency models, and of flow matching's stochastic sampling.
/// </summary>
public sealed record MultistepConsistency : OneStepSampler
{
    /// <summary>σ/α of the data that the model ends at, ε in the paper: only the noise that is missing is added. 0 for clean data.</summary>
    public double SmallestRatio { get; init; }

    /// <summary>The standard deviation of the fresh noise, 1 by the paper.</summary>
    public double NoiseScale { get; init; } = 1;

    /// <summary>How the data believed in are mixed with the noisy ones; null to take them as they are.</summary>
    public ConsistencyBoundary? Boundary { get; init; }

    /// <inheritdoc/>
    protected override Tensor Step(SamplingRun run, Tensor xt, NoiseLevel from, NoiseLevel to)
    {
        var x0 = run.Denoiser.Denoise(xt, from).X0;
        var end = Boundary?.Apply(x0, xt, from.Time) ?? x0;
        var floor = SmallestRatio * to.Alpha;
        var missing = to.Sigma * to.Sigma - floor * floor;
        return to.IsClean ? end.alias()
            : missing <= 0 ? end * to.Alpha
            : (end * to.Alpha).add_(run.Noise.NormalLike(xt), alpha: NoiseScale * Math.Sqrt(missing));
    }
}
