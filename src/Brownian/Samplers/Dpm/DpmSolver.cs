using static TorchSharp.torch;

namespace Brownian.Samplers;

/// <summary>
/// The multistep form of DPM-Solver (Lu et al. 2022a): integrates the noise prediction. <see cref="DpmMultistep.Stochastic"/> makes it
/// SDE-DPM-Solver.
/// </summary>
/// <param name="Order">1 (which is DDIM), 2 or 3.</param>
public sealed record DpmSolver(int Order = 2) : DpmMultistep(Order)
{
    /// <inheritdoc/>
    private protected override Tensor Model(Denoised belief) => belief.Epsilon;

    /// <inheritdoc/>
    private protected override ExponentialStep WeightsOf(NoiseLevel from, NoiseLevel to, double h) =>
        ExponentialStep.OfNoise(from, to, h, Stochastic);
}
