using static TorchSharp.torch;

namespace Brownian.Samplers;

/// <summary>
/// DPM-Solver++(2M) and its orders 1 and 3 (Lu et al. 2022b, Algorithm 2): integrates the data prediction, which stays bounded and works
/// with guidance. <see cref="DpmMultistep.Stochastic"/> makes it SDE-DPM-Solver++.
/// </summary>
/// <param name="Order">1 (which is DDIM), 2 or 3.</param>
public sealed record DpmSolverPlusPlus(int Order = 2) : DpmMultistep(Order)
{
    /// <inheritdoc/>
    private protected override Tensor Model(Denoised belief) => belief.X0;

    /// <inheritdoc/>
    private protected override ExponentialStep WeightsOf(NoiseLevel from, NoiseLevel to, double h) =>
        ExponentialStep.OfData(from, to, h, Stochastic, wrongSign: Stochastic && AsDiffusers);
}
