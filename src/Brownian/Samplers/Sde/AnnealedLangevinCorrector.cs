using static TorchSharp.torch;

namespace Brownian.Samplers;

/// <summary>The corrector that NCSN's annealed Langevin dynamics amounts to: a = 2·(r·σ)² (Song et al. 2021, appendix G; score_sde's "ald").</summary>
/// <param name="SignalToNoise">r &gt; 0.</param>
/// <param name="Steps">Steps at each level.</param>
public sealed record AnnealedLangevinCorrector(double SignalToNoise = 0.16, int Steps = 1) : Corrector(SignalToNoise, Steps)
{
    /// <inheritdoc/>
    /// <remarks>√(2a) = 2·r·σ, and a·score = −2·r²·σ·ε.</remarks>
    private protected override Tensor Move(Tensor x, Tensor epsilon, Tensor noise, NoiseLevel at, double shrink)
    {
        var ratio = SignalToNoise * shrink;
        return x.add(epsilon, alpha: -2 * ratio * ratio * at.Sigma).add_(noise, alpha: 2 * ratio * at.Sigma);
    }
}
