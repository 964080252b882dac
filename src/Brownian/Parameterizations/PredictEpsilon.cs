using static TorchSharp.torch;

namespace Brownian.Parameterizations;

/// <summary>The noise ε (Ho et al. 2020, eq. 14).</summary>
public sealed record PredictEpsilon : Parameterization
{
    /// <summary>
    /// Whether x0 at pure noise is (xt − ε)/0 and not 0, as in diffusers, whose clipping then makes it ±1 by a sign of rounding; for reproducing numbers that were
    /// made so.
    /// </summary>
    internal bool DividesByZero { get; init; }

    /// <inheritdoc/>
    public override Tensor Target(Tensor x0, Tensor epsilon, NoiseLevels at) => epsilon.alias();

    /// <inheritdoc/>
    public override Denoised Read(Tensor output, Tensor xt, NoiseLevels at) => DividesByZero
        ? new((xt - at.Sigma * output).div_(at.Alpha), output.alias())
        : Denoised.FromEpsilon(output.alias(), xt, at);
}
