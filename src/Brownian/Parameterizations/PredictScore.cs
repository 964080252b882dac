using static TorchSharp.torch;

namespace Brownian.Parameterizations;

/// <summary>The score ∇ log p(xt) = −ε/σ (Song and Ermon 2019; Song et al. 2021).</summary>
public sealed record PredictScore : Parameterization
{
    /// <inheritdoc/>
    public override Tensor Target(Tensor x0, Tensor epsilon, NoiseLevels at) => epsilon / -Denoised.OrInfinity(at.Sigma);

    /// <inheritdoc/>
    public override Denoised Read(Tensor output, Tensor xt, NoiseLevels at) => Denoised.FromEpsilon(-at.Sigma * output, xt, at);
}
