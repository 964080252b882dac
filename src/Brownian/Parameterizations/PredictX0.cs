using static TorchSharp.torch;

namespace Brownian.Parameterizations;

/// <summary>The data x0 (what diffusers calls "sample"; the unCLIP prior, Ramesh et al. 2022).</summary>
public sealed record PredictX0 : Parameterization
{
    /// <inheritdoc/>
    public override Tensor Target(Tensor x0, Tensor epsilon, NoiseLevels at) => x0.alias();

    /// <inheritdoc/>
    public override Denoised Read(Tensor output, Tensor xt, NoiseLevels at) => Denoised.FromX0(output.alias(), xt, at);
}
