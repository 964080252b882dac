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
    /// <remarks>σ_to·(e^h − 1) is written without e^h, which is infinite for clean data while the product is not.</remarks>
    private protected override Weights WeightsOf(NoiseLevel from, NoiseLevel to, double h)
    {
        var ratio = to.Alpha / from.Alpha;
        var growth = ratio * from.Sigma - to.Sigma;
        var times = Stochastic ? 2 : 1;
        return new(
            ratio,
            -times * growth,
            -times * (growth / h - to.Sigma),
            -times * ((growth - to.Sigma * h) / (h * h) - to.Sigma / 2),
            Math.Sqrt(Math.Max(0, ratio * ratio * from.Sigma * from.Sigma - to.Sigma * to.Sigma)));
    }
}
