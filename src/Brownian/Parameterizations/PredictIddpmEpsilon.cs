using Brownian.Paths;
using static TorchSharp.torch;

namespace Brownian.Parameterizations;

/// <summary>
/// EDM's iDDPM preconditioning (Karras et al. 2022, table 1, third column), carried to any (α, σ): the network sees the data at unit variance
/// of signal and noise, is told the number of the nearest step of the cosine schedule, and outputs ε.
/// </summary>
/// <param name="Ladder">The steps; EDM's when null.</param>
public sealed record PredictIddpmEpsilon(IddpmLadder? Ladder = null) : Parameterization
{
    private static readonly IddpmLadder Usual = new();

    private IddpmLadder Steps => Ladder ?? Usual;

    /// <inheritdoc/>
    public override Tensor Target(Tensor x0, Tensor epsilon, NoiseLevels at) => epsilon.alias();

    /// <inheritdoc/>
    public override Denoised Read(Tensor output, Tensor xt, NoiseLevels at) => Denoised.FromEpsilon(output.alias(), xt, at);

    /// <inheritdoc/>
    public override Tensor Input(Tensor xt, NoiseLevels at) => xt / (at.Alpha.square() + at.Sigma.square()).sqrt();

    /// <inheritdoc/>
    public override Tensor Label(NoiseLevels at)
    {
        using var scope = NewDisposeScope();
        var ratios = (at.Sigma / Denoised.OrInfinity(at.Alpha)).reshape(-1).to(ScalarType.Float64).cpu().data<double>();
        var steps = ratios.Select(ratio => (double)(Steps.Steps - 1 - Steps.Nearest(ratio))).ToArray();
        return tensor(steps, dtype: at.Time.dtype, device: at.Time.device).reshape(at.Time.shape).MoveToOuterDisposeScope();
    }
}
