using static TorchSharp.torch;

namespace Brownian.Parameterizations;

/// <summary>The noise ε (Ho et al. 2020, eq. 14).</summary>
public sealed record PredictEpsilon : Parameterization
{
    /// <inheritdoc/>
    public override Tensor Target(Tensor x0, Tensor epsilon, NoiseLevels at) => epsilon.alias();

    /// <inheritdoc/>
    public override Denoised Read(Tensor output, Tensor xt, NoiseLevels at) => Denoised.FromEpsilon(output.alias(), xt, at);
}
