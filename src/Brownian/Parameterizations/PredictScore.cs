using static TorchSharp.torch;

namespace Brownian.Parameterizations;

/// <summary>The score ∇ log p(xt) = −ε/σ (Song and Ermon 2019; Song et al. 2021).</summary>
public sealed record PredictScore : Parameterization
{
    /// <summary>
    /// Whether the network knows data in [0, 1], as score SDE's VE networks do, where ours are in [−1, 1]: it is shown (xt + α)/2, which has noise of σ/2, and
    /// its score is twice as large.
    /// </summary>
    public bool UnitData { get; init; }

    /// <inheritdoc/>
    public override Tensor Target(Tensor x0, Tensor epsilon, NoiseLevels at) => epsilon / (Denoised.OrInfinity(at.Sigma) * (UnitData ? -0.5 : -1));

    /// <inheritdoc/>
    public override Denoised Read(Tensor output, Tensor xt, NoiseLevels at) =>
        Denoised.FromEpsilon(at.Sigma * (UnitData ? -0.5 : -1) * output, xt, at);

    /// <inheritdoc/>
    public override Tensor Input(Tensor xt, NoiseLevels at) => UnitData ? (xt + at.Alpha) / 2 : xt.alias();

    /// <inheritdoc/>
    public override Tensor Label(NoiseLevels at) =>
        base.Label(UnitData && Told == NoiseLabel.Sigma ? at with { Sigma = at.Sigma / 2 } : at);
}
