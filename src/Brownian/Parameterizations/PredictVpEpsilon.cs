using static TorchSharp.torch;

namespace Brownian.Parameterizations;

/// <summary>
/// EDM's VP preconditioning (Karras et al. 2022, table 1, first column), carried to any (α, σ): the network sees the data at unit variance
/// of signal and noise, is told the time that <see cref="Paths.VariancePreserving"/> has at σ/α, and outputs ε.
/// </summary>
/// <param name="BetaDelta">β_d, the growth of β over the unit of time.</param>
/// <param name="BetaMin">β at time 0.</param>
/// <param name="Steps">M: time 1 is told as M − 1.</param>
public sealed record PredictVpEpsilon(double BetaDelta = 19.9, double BetaMin = 0.1, int Steps = 1000) : Parameterization
{
    /// <inheritdoc/>
    public override Tensor Target(Tensor x0, Tensor epsilon, NoiseLevels at) => epsilon.alias();

    /// <inheritdoc/>
    public override Denoised Read(Tensor output, Tensor xt, NoiseLevels at) => Denoised.FromEpsilon(output.alias(), xt, at);

    /// <inheritdoc/>
    public override Tensor Input(Tensor xt, NoiseLevels at) => xt / (at.Alpha.square() + at.Sigma.square()).sqrt();

    /// <inheritdoc/>
    public override Tensor Label(NoiseLevels at)
    {
        var square = (at.Sigma / Denoised.OrInfinity(at.Alpha)).square().reshape(at.Time.shape);
        return ((square.log1p() * (2 * BetaDelta) + BetaMin * BetaMin).sqrt() - BetaMin) * ((Steps - 1) / BetaDelta);
    }
}
